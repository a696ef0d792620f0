using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Connect;

/// <summary>The message in the query of a GET.</summary>
static class ConnectQuery
{
    /// <exception cref="Grpc.Core.RpcException">The query is not as the protocol says.</exception>
    public static ReadOnlySequence<byte> Message(IQueryCollection query, int? limit)
    {
        if (query["connect"].ToString() is not ("" or "v1") and var version) throw ConnectRequest.Invalid($"connect has to be v1, and is \"{version}\".");
        if (!query.ContainsKey("message")) throw ConnectRequest.Invalid("The query has no message.");
        var bytes = Bytes(query["message"].ToString(), query["base64"] == "1");
        if (bytes.Length > limit) throw WireErrors.ReceivedTooLarge(limit.Value);
        var message = new ReadOnlySequence<byte>(bytes);
        return ConnectRequest.IsGzip(query["compression"].ToString()) && bytes.Length > 0 ? Gzip.Decompress(message, limit) : message;
    }

    static byte[] Bytes(string text, bool isBase64)
    {
        if (!isBase64) return Encoding.UTF8.GetBytes(text);
        try
        {
            return Base64.Decode(text);
        }
        catch (FormatException)
        {
            throw ConnectRequest.Invalid("The message is not base64, though the query says so.");
        }
    }
}
