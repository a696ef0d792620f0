using Grpc.Core;

namespace Headgate.Cli.Errors;

static class CodeNames
{
    /// <summary>As protocols spell it: FAILED_PRECONDITION.</summary>
    public static string Of(StatusCode code) => string.Concat(
        code.ToString().Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));
}
