using Grpc.Core;

namespace Headgate.Rpc.Interception;

/// <summary>What callers are told of exceptions of the application.</summary>
public sealed class ErrorMap
{
    readonly List<Func<Exception, RpcException?>> mappings = [];

    /// <summary>Maps exceptions of a type and of those derived from it; the first mapping that fits, and does not give null, counts.</summary>
    public ErrorMap Map<TException>(Func<TException, RpcException?> map)
        where TException : Exception
    {
        mappings.Add(error => error is TException mapped ? map(mapped) : null);
        return this;
    }

    /// <summary>Maps to a status with the exception's own message.</summary>
    public ErrorMap Map<TException>(StatusCode code)
        where TException : Exception =>
        Map<TException>(error => new RpcException(new Status(code, error.Message, error)));

    internal RpcException? Find(Exception error) => mappings.Select(map => map(error)).FirstOrDefault(mapped => mapped is not null);
}
