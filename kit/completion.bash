# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of stm32f407g-disc

_stm32f407g_disc()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words i
    local runs="-v --verbose -q --quiet --diagram --flash --speed --icount --no-icount --no-semihosting --help --"

    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -- ]] && return          # QEMU's
    done
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "run page gdb flash info --help" -- "$cur"))
        return
    fi
    case $prev in
        --speed) COMPREPLY=($(compgen -W "1 10 max" -- "$cur")); return ;;
        --timeout | --port | --listen) return ;;
        --gdb) COMPREPLY=($(compgen -c -- "$cur")); return ;;
    esac
    case $command in
        run) words="$runs --timeout" ;;
        page) words="$runs --listen --open --timeout" ;;
        gdb) words="$runs --port --gdb --wait" ;;
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
