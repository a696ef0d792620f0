using System.Net.Http.Headers;

namespace Headgate.Rpc.Connect;

/// <summary>What a content type of the Connect protocol says.</summary>
readonly record struct ConnectContentType(bool IsStream, bool IsJson)
{
    /// <summary>Null: it is none.</summary>
    public static ConnectContentType? Parse(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)) return null;
        if (type.CharSet is { } charset && !charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return null;
        return type.MediaType?.ToLowerInvariant() switch
        {
            "application/json" => new(IsStream: false, IsJson: true),
            "application/proto" => new(IsStream: false, IsJson: false),
            "application/connect+json" => new(IsStream: true, IsJson: true),
            "application/connect+proto" => new(IsStream: true, IsJson: false),
            _ => null,
        };
    }

    public override string ToString() => $"application/{(IsStream ? "connect+" : "")}{(IsJson ? "json" : "proto")}";
}
