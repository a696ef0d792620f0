using System.Diagnostics;
using Headgate.Cli.Tests.Running;

namespace Headgate.Cli.Tests;

public sealed class CompletionTests : CliTest
{
    [Theory]
    [InlineData("headgate can", "cancel")]
    [InlineData("headgate schedule ", "pause resume")]
    [InlineData("headgate jobs --state cancele", "canceled")]
    [InlineData("headgate cancel contacts --pause-f", "--pause-first")]
    public async Task Bash_completes_the_words(string line, string expected)
    {
        const string script = """
            PATH="$1:$PATH"
            source <(headgate completion bash)
            COMP_LINE="$2" COMP_POINT=${#2}
            read -ra COMP_WORDS <<<"$2"
            [[ "$2" == *' ' ]] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            $(complete -p headgate | sed 's/.*-F \([^ ]*\) .*/\1/')
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        using var bash = Process.Start(ProgramFile.Start("bash", ["--norc", "-c", script, "bash", Path.GetDirectoryName(ProgramFile.Path)!, line], Home, null, []))!;
        bash.StandardInput.Close();
        var (output, error) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        await bash.WaitForExitAsync();

        Assert.Equal("", await error);
        var words = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(expected.Split(' '), word => Assert.Contains(word, words));
        Assert.All(words, word => Assert.StartsWith(line.EndsWith(' ') ? "" : line.Split(' ')[^1], word, StringComparison.Ordinal));
    }
}
