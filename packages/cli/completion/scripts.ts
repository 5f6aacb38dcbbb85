/** Scripts that make a shell ask `netwright __complete WORD...` for candidates. Pure. */

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

const bash = `_netwright() {
  local IFS=$'\\n'
  COMPREPLY=($(netwright __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  # A tier is followed by its size.
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _netwright netwright
`;

const zsh = `#compdef netwright
_netwright() {
  local -a candidates
  candidates=("\${(@f)$(netwright __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -z $candidates[1] ]]; then _files; else compadd -Q -- $candidates; fi
}
compdef _netwright netwright
# Autoloaded from fpath, this file is the function's first call.
if [[ "$funcstack[1]" == _netwright ]]; then _netwright "$@"; fi
`;

const fish = `complete -c netwright -f -a '(netwright __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
complete -c netwright -s f -l file -r -F
complete -c netwright -l token-file -r -F
complete -c netwright -l ca-file -r -F
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
