using Google.Protobuf;
using Headgate.JobCoordinator.Calls;

namespace Headgate.JobCoordinator.Access.Methods;

/// <summary>The fields that every command has, by their names: reason and idempotency_key.</summary>
static class CommandFields
{
    const int LongestReason = 1000;
    const int LongestKey = 128;
    const string ReasonField = "reason";
    const string KeyField = "idempotency_key";

    public static string ReasonOf(IMessage request) => TextOf(request, ReasonField);

    public static string KeyOf(IMessage request) => TextOf(request, KeyField);

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: they are too long, or have characters that they may not have.</exception>
    public static void Check(IMessage request)
    {
        var (reason, key) = (ReasonOf(request), KeyOf(request));
        // A state database cannot store the one character.
        if (reason.Length > LongestReason || reason.Contains('\0'))
            throw CallErrors.Invalid((ReasonField, $"Expected at most {LongestReason:N0} characters, none of them U+0000."));
        if (key.Length > LongestKey || key.Any(c => c is < ' ' or > '~'))
            throw CallErrors.Invalid((KeyField, $"Expected at most {LongestKey} printable ASCII characters."));
    }

    /// <summary>The request without what a repeat of it may change.</summary>
    public static IMessage Content<TRequest>(TRequest request)
        where TRequest : IMessage<TRequest>
    {
        var content = request.Clone();
        foreach (var name in (ReadOnlySpan<string>)[ReasonField, KeyField]) content.Descriptor.FindFieldByName(name)?.Accessor.Clear(content);
        return content;
    }

    static string TextOf(IMessage request, string field) => request.Descriptor.FindFieldByName(field)?.Accessor.GetValue(request) as string ?? "";
}
