using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using RpcStatus = Google.Rpc.Status;

namespace Headgate.Rpc.Connect;

/// <summary>Reads what gRPC answers with, and takes it out of the headers.</summary>
sealed record GrpcTrailers(Status Status, RpcStatus? Details, IReadOnlyList<KeyValuePair<string, string>> Metadata)
{
    public static GrpcTrailers Take(IHeaderDictionary headers, IHeaderDictionary trailers, IReadOnlySet<string> before)
    {
        // A call that sent nothing else has its trailers among the headers.
        var isAmongHeaders = headers.ContainsKey(ProtocolHeaders.Status);
        var source = isAmongHeaders ? headers : trailers;
        var status = int.TryParse(source[ProtocolHeaders.Status], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? new Status((StatusCode)code, Uri.UnescapeDataString(source[ProtocolHeaders.Message].ToString()))
            : new Status(StatusCode.Internal, "The call ended without a status.");
        var details = DetailsOf(source[ProtocolHeaders.StatusDetails].ToString());
        var metadata = source.Where(header => ProtocolHeaders.IsMetadata(header.Key) && !(isAmongHeaders && before.Contains(header.Key)))
            .SelectMany(header => header.Value.Select(value => new KeyValuePair<string, string>(header.Key.ToLowerInvariant(), value ?? ""))).ToList();
        if (isAmongHeaders) metadata.ForEach(entry => headers.Remove(entry.Key));
        return new GrpcTrailers(status, details, metadata);
    }

    /// <summary>Takes out of the headers what is gRPC's alone.</summary>
    public static void Clean(IHeaderDictionary headers)
    {
        foreach (var name in headers.Keys.Where(ProtocolHeaders.IsGrpc).ToList()) headers.Remove(name);
    }

    static RpcStatus? DetailsOf(string value)
    {
        if (value.Length == 0) return null;
        try
        {
            return RpcStatus.Parser.ParseFrom(Base64.Decode(value));
        }
        catch (Exception error) when (error is FormatException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
