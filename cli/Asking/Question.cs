using Headgate.Cli.Output;

namespace Headgate.Cli.Asking;

/// <summary>Questions to a person. Whoever closes the input has said no.</summary>
static class Question
{
    /// <summary>One of the letters; null: the input has ended.</summary>
    public static async Task<char?> ChooseAsync(this Terminal terminal, string question, string letters, CancellationToken cancellationToken)
    {
        while (true)
        {
            terminal.Write($"{question} ");
            if (await terminal.ReadLineAsync(cancellationToken) is not { } answer)
            {
                terminal.Line();
                return null;
            }

            var said = answer.Trim();
            if (said.Length > 0 && letters.Contains(char.ToLowerInvariant(said[0]), StringComparison.Ordinal)) return char.ToLowerInvariant(said[0]);
        }
    }

    public static async Task<bool> ConfirmAsync(this Terminal terminal, string question, CancellationToken cancellationToken) =>
        await terminal.ChooseAsync($"{question} [y]es, [n]o", "yn", cancellationToken) == 'y';

    /// <summary>Empty: none was given.</summary>
    public static async Task<string> ReasonAsync(this Terminal terminal, CancellationToken cancellationToken)
    {
        terminal.Write("Reason, kept with the job (Enter: none): ");
        return (await terminal.ReadLineAsync(cancellationToken))?.Trim() ?? "";
    }
}
