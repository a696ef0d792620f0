using Google.Protobuf;
using Google.Protobuf.Reflection;
using Headgate.JobCoordinator.Calls;

namespace Headgate.JobCoordinator.Access.Methods;

/// <summary>The texts of a request, at every depth.</summary>
static class RequestTexts
{
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: one has U+0000 in it, the one character that a state database cannot store.</exception>
    public static void Check(IMessage request) => Check(request, "");

    static void Check(IMessage message, string before)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType is not (FieldType.String or FieldType.Message)) continue;
            var (value, path) = (field.Accessor.GetValue(message), before + field.Name);
            if (value is System.Collections.IDictionary map)
            {
                foreach (var each in map.Keys) CheckOne(each, path);
                value = map.Values;
            }

            if (value is System.Collections.IEnumerable many and not string)
                foreach (var each in many) CheckOne(each, path);
            else CheckOne(value, path);
        }
    }

    static void CheckOne(object? value, string path)
    {
        if (value is string text && text.Contains('\0')) throw CallErrors.Invalid((path, "Expected a text without U+0000."));
        if (value is IMessage message) Check(message, $"{path}.");
    }
}
