using Google.Protobuf.Reflection;

namespace Headgate.Rpc.Server.Reflection;

/// <summary>What a file defines.</summary>
static class SymbolWalk
{
    public static IEnumerable<string> Symbols(FileDescriptor file) =>
        file.Services.SelectMany(service => service.Methods.Select(method => method.FullName).Prepend(service.FullName))
            .Concat(file.EnumTypes.SelectMany(Symbols))
            .Concat(Messages(file).SelectMany(Symbols))
            .Concat(Extensions(file).Select(extension => extension.FullName));

    public static IEnumerable<FieldDescriptor> Extensions(FileDescriptor file) =>
        file.Extensions.UnorderedExtensions.Concat(Messages(file).SelectMany(message => message.Extensions.UnorderedExtensions));

    static IEnumerable<MessageDescriptor> Messages(FileDescriptor file) => file.MessageTypes.SelectMany(WithNested);

    static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) => message.NestedTypes.SelectMany(WithNested).Prepend(message);

    static IEnumerable<string> Symbols(MessageDescriptor message) =>
        message.Fields.InDeclarationOrder().Select(field => field.FullName)
            .Concat(message.Oneofs.Select(oneof => oneof.FullName))
            .Concat(message.EnumTypes.SelectMany(Symbols))
            .Prepend(message.FullName);

    // A value's name stands beside that of its type, not below it.
    static IEnumerable<string> Symbols(EnumDescriptor type) =>
        type.Values.Select(value => type.FullName[..^type.Name.Length] + value.Name).Prepend(type.FullName);
}
