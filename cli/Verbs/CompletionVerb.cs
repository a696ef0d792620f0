using System.CommandLine;

namespace Headgate.Cli.Verbs;

static class CompletionVerb
{
    const string Bash = """
        # headgate: completion for bash. Load it by: source <(headgate completion bash)
        _headgate() {
            local current="${COMP_WORDS[COMP_CWORD]}" words
            words="$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" || return 0
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
            if [[ ${#COMPREPLY[@]} -eq 0 ]]; then
                compopt -o default 2>/dev/null
            fi
        }
        complete -F _headgate headgate
        """;

    public static Command Create()
    {
        var bash = new Command("bash", "For bash: source <(headgate completion bash)");
        bash.SetAction(parsed =>
        {
            ((Invocation)parsed.InvocationConfiguration).Terminal.Line(Bash);
            return ExitCode.Done;
        });
        return new Command("completion", "Prints a script that lets a shell complete the words of this command.") { bash };
    }
}
