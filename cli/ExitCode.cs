namespace Headgate.Cli;

static class ExitCode
{
    public const int Done = 0;

    /// <summary>Refused, failed, or left before it was done.</summary>
    public const int Refused = 1;

    public const int Usage = 2;
}
