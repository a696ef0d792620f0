namespace Headgate.Cli.Tests.Running;

sealed record CliResult(int ExitCode, string Out, string Error);
