*** Settings ***
Documentation     Presses of the button are counted, and toggle a LED.
Library           stm32f407g_disc.robot.BoardLibrary
Test Setup        Booted Board
Test Teardown     No Mistakes

*** Variables ***
${ELF}            ${CURDIR}/../cmake/build/app.elf
${DIAGRAM}        ${CURDIR}/../scenario/diagram.json

*** Test Cases ***
A Press Is Counted
    Press Button    btn1    50ms
    Expect Serial    presses=1    timeout=100ms
    Variable Should Be    presses    1
    Pin Should Be    led1:A    high

Each Press Toggles The LED
    FOR    ${level}    IN    1    0    1
        Press Button    btn1    50ms
        Run For    50ms
        Pin Should Be    PD12    ${level}
    END

One That Bounces Is One
    FOR    ${i}    IN RANGE    5
        Press Button    btn1    1ms
        Run For    1ms
    END
    Press Button    btn1    100ms
    Variable Should Be    presses    1
    Serial Should Not Contain    presses=2

A Function By Itself
    [Template]    Sum Should Be
    1             2    3
    0xffffffff    1    0

*** Keywords ***
Booted Board
    Start Board    ${ELF}    diagram=${DIAGRAM}
    Expect Serial    ready    timeout=10ms

Sum Should Be
    [Arguments]    ${a}    ${b}    ${sum}
    ${result}=    Call Function    add    ${a}    ${b}
    Should Be Equal As Integers    ${result}    ${sum}
