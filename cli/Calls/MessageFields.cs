using Google.Protobuf;

namespace Headgate.Cli.Calls;

/// <summary>The fields that every command and every answer has, though their messages have no type in common.</summary>
static class MessageFields
{
    public static void Set(this IMessage message, string field, string value)
    {
        if (value.Length > 0) message.Descriptor.FindFieldByName(field).Accessor.SetValue(message, value);
    }

    /// <summary>Whether it changes something: a command has an idempotency key, and a preview of one does nothing.</summary>
    public static bool IsCommand(this IMessage request) =>
        request.Get<string>("idempotency_key") is { Length: > 0 } && request.Descriptor.FindFieldByName("validate_only")?.Accessor.GetValue(request) is not true;

    public static T? Get<T>(this IMessage message, string field)
        where T : class => message.Descriptor.FindFieldByName(field)?.Accessor.GetValue(message) as T;
}
