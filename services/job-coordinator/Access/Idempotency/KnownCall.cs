using Google.Protobuf;
using Grpc.Core;
using RichStatus = Google.Rpc.Status;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>A call as its row has it.</summary>
/// <param name="Id">See <see cref="IdempotentCall.Id"/>.</param>
/// <param name="RequestHash">Of what it asks for.</param>
/// <param name="Response">What it was answered; null: it was not, or was refused.</param>
/// <param name="RefusedWith">The status with which it was refused; null: it was not.</param>
sealed record KnownCall(Guid Id, byte[] RequestHash, byte[]? Response, byte[]? RefusedWith)
{
    public bool IsAnswered => Response is not null || RefusedWith is not null;

    /// <exception cref="RpcException">It was refused.</exception>
    public TResponse Answer<TResponse>()
        where TResponse : class, IMessage<TResponse>, new() => Response is not null
            ? new MessageParser<TResponse>(() => new TResponse()).ParseFrom(Response)
            : throw RichStatus.Parser.ParseFrom(RefusedWith).ToRpcException();
}
