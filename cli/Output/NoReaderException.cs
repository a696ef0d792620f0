namespace Headgate.Cli.Output;

/// <summary>Whoever read the output has gone.</summary>
sealed class NoReaderException() : IOException("Whoever read the output has gone.");
