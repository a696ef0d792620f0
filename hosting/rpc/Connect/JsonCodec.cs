using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Headgate.Rpc.Methods;
using Microsoft.Extensions.Options;

namespace Headgate.Rpc.Connect;

/// <summary>Messages as JSON. int64 is written as a string, and what has its default is left out: that is protobuf's mapping.</summary>
sealed class JsonCodec
{
    readonly ConnectOptions options;
    readonly Lazy<JsonParser> parser;
    readonly Lazy<JsonFormatter> formatter;

    public JsonCodec(RpcMethods methods, IOptions<ConnectOptions> options)
    {
        this.options = options.Value;
        var types = new Lazy<TypeRegistry>(() => TypeRegistry.FromFiles(
            methods.All.Select(method => method.Descriptor.File).Append(ErrorDetailsReflection.Descriptor).Distinct()));
        parser = new(() => new JsonParser(
            new JsonParser.Settings(this.options.MaxJsonDepth, types.Value).WithIgnoreUnknownFields(this.options.IgnoreUnknownFields)));
        formatter = new(() => new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(types.Value)));
    }

    /// <exception cref="RpcException">INVALID_ARGUMENT, with the field where it is known.</exception>
    public IMessage Read(ReadOnlySequence<byte> body, MessageDescriptor type)
    {
        using var document = Parse(body);
        try
        {
            return Read(document.RootElement, type);
        }
        catch (Exception error) when (JsonProblem.IsOne(error))
        {
            throw JsonProblem.Find(document.RootElement, type, this, options.IgnoreUnknownFields).ToException(error);
        }
    }

    public IMessage Read(JsonElement element, MessageDescriptor type) => parser.Value.Parse(element.GetRawText(), type);

    public byte[] Write(IMessage message) => Encoding.UTF8.GetBytes(formatter.Value.Format(message));

    /// <summary>A detail of an error, if its type is known here.</summary>
    public JsonNode? Debug(Any detail)
    {
        try
        {
            return JsonNode.Parse(formatter.Value.Format(detail)) is JsonObject json && json.Remove("@type") ? json : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    JsonDocument Parse(ReadOnlySequence<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = options.MaxJsonDepth });
        }
        catch (JsonException error)
        {
            throw ConnectRequest.Invalid($"The message is not JSON: {error.Message}");
        }
    }
}
