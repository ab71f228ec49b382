# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of stm32f407g-disc

_stm32f407g_disc()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words i
    local runs="-v --verbose -q --quiet --diagram --flash --speed --timing --icount --no-icount --no-semihosting --coverage --coverage-merge
          --profile --timeline --help --"

    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -- ]] && return          # QEMU's
    done
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "run page test gdb flash info --help --version" -- "$cur"))
        return
    fi
    case $prev in
        --timing) COMPREPLY=($(compgen -W "instructions approximate" -- "$cur")); return ;;
        --speed) COMPREPLY=($(compgen -W "1 10 max" -- "$cur")); return ;;
        --timeout | --timeout-exit-code | --expect-text | --fail-text | --vcd-pins | --screenshot-part | \
            --screenshot-time | --port | --listen) return ;;
        --strict) COMPREPLY=($(compgen -W "error suspicious note" -- "$cur")); return ;;
        --checks) COMPREPLY=($(compgen -W "all memory time concurrency rtos" -- "$cur")); return ;;
        --gdb) COMPREPLY=($(compgen -c -- "$cur")); return ;;
    esac
    case $command in
        run) words="$runs --timeout --mistakes --strict --ignore --checks --record --replay" ;;
        page) words="$runs --listen --open --timeout" ;;
        test) words="-v --verbose -q --quiet --elf --scenario --timeout --timeout-exit-code --expect-text --fail-text
                     --diagram-file --serial-log-file --vcd-file --vcd-pins --screenshot-part --screenshot-time
                     --screenshot-file --mistakes --strict --ignore --checks --coverage --coverage-merge --profile --timeline --interactive --no-semihosting --help --" ;;
        gdb) words="$runs --port --gdb --wait --backwards" ;;
        flash) words="-v --verbose --image --help" ;;
        info) words="-v --verbose --help" ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _stm32f407g_disc stm32f407g-disc
