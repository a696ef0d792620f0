using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace Headgate.Rpc.Connect;

/// <summary>What is wrong with JSON that is no message, and where. Protobuf's parser does not say where.</summary>
sealed record JsonProblem(string Field, string Description)
{
    public static bool IsOne(Exception error) =>
        error is InvalidProtocolBufferException or InvalidJsonException or FormatException or OverflowException or InvalidOperationException or ArgumentException;

    /// <summary>Reads each field by itself, down to the one that cannot be read.</summary>
    public static JsonProblem Find(JsonElement element, MessageDescriptor type, JsonCodec json, bool ignoreUnknownFields) =>
        Find(element, type, json, ignoreUnknownFields, "", new Looks()) ?? new JsonProblem("", "");

    public RpcException ToException(Exception cause)
    {
        var description = Description.Length > 0 ? Description : cause.Message;
        var message = Field.Length > 0 ? $"{Field}: {description}" : description;
        var status = new Google.Rpc.Status { Code = (int)StatusCode.InvalidArgument, Message = message };
        if (Field.Length > 0)
        {
            status.Details.Add(Google.Protobuf.WellKnownTypes.Any.Pack(
                new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = Field, Description = description } } }));
        }

        return status.ToRpcException();
    }

    static JsonProblem? Find(JsonElement element, MessageDescriptor type, JsonCodec json, bool ignoreUnknownFields, string path, Looks looks)
    {
        if (element.ValueKind != JsonValueKind.Object) return new JsonProblem(path, $"An object ({type.FullName}) is expected.");
        foreach (var property in element.EnumerateObject())
        {
            if (!looks.Next()) return null;
            var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            var field = type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == property.Name || field.Name == property.Name);
            if (field is null)
            {
                if (ignoreUnknownFields) continue;
                return new JsonProblem(at, $"{type.FullName} has no such field.");
            }

            if (ErrorOf(property, type, json) is not { } error) continue;
            return Deeper(property.Value, field, json, ignoreUnknownFields, at, looks) ?? new JsonProblem(at, error);
        }

        return null;
    }

    static JsonProblem? Deeper(JsonElement value, FieldDescriptor field, JsonCodec json, bool ignoreUnknownFields, string path, Looks looks)
    {
        if (field.FieldType != FieldType.Message || field.IsMap) return null;
        // Well-known types have JSON of their own.
        if (field.MessageType.File.Package == "google.protobuf") return null;
        if (!field.IsRepeated) return Find(value, field.MessageType, json, ignoreUnknownFields, path, looks);
        if (value.ValueKind != JsonValueKind.Array) return new JsonProblem(path, "An array is expected.");
        return value.EnumerateArray()
            .Select((item, index) => Find(item, field.MessageType, json, ignoreUnknownFields, $"{path}[{index}]", looks))
            .FirstOrDefault(problem => problem is not null);
    }

    static string? ErrorOf(JsonProperty property, MessageDescriptor type, JsonCodec json)
    {
        try
        {
            using var alone = JsonDocument.Parse($"{{{JsonSerializer.Serialize(property.Name)}:{property.Value.GetRawText()}}}");
            json.Read(alone.RootElement, type);
            return null;
        }
        catch (Exception error) when (IsOne(error))
        {
            return error.Message;
        }
    }

    // Each costs a parse of its own, and nobody has been asked for a key yet: what is amiss behind so many is told without its place.
    sealed class Looks
    {
        int left = 1_000;

        public bool Next() => left-- > 0;
    }
}
