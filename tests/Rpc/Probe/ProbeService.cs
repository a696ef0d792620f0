using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Headgate.Rpc.Testing.V1;

namespace Headgate.Rpc.Tests.Probe;

public sealed class ProbeService(ProbeCalls calls) : Headgate.Rpc.Testing.V1.ProbeService.ProbeServiceBase
{
    /// <summary>The call of every <c>Sum</c>.</summary>
    public const string SumCall = "sum";

    public override async Task<EchoResponse> Echo(EchoRequest request, ServerCallContext context)
    {
        if (request.Padding is < 0 or > ProbeServer.MaxSendSize) throw new RpcException(new Grpc.Core.Status(StatusCode.InvalidArgument, "padding"));
        if (context.RequestHeaders.GetValue("x-want-metadata") is not null)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "x-head", "head" }, { "x-head-bin", [0, 255, 1] } });
            context.ResponseTrailers.Add("x-tail", "tail");
            context.ResponseTrailers.Add("x-tail-bin", [2, 254, 3]);
            context.ResponseTrailers.Add("grpc-status", "7");
        }

        var response = new EchoResponse
        {
            Text = request.Text,
            Number = request.Number,
            Padding = ByteString.CopyFrom(new byte[request.Padding]),
            HasDeadline = context.Deadline != DateTime.MaxValue,
        };
        foreach (var entry in context.RequestHeaders)
            response.Headers[entry.Key] = entry.IsBinary ? Convert.ToHexString(entry.ValueBytes) : entry.Value;
        return response;
    }

    public override Task<FailResponse> Fail(FailRequest request, ServerCallContext context)
    {
        var status = new Grpc.Core.Status((StatusCode)request.Code, request.Message);
        switch (request.Kind)
        {
            case "details": throw Details(request).ToRpcException();
            case "unmapped": throw new InvalidOperationException(request.Message);
            case "mapped": throw new MappedException(request.Message);
            case "status":
                context.Status = status;
                return Task.FromResult(new FailResponse());
            default: throw new RpcException(status, new Metadata { { "x-why", "because" } });
        }
    }

    public override async Task<WaitResponse> Wait(WaitRequest request, ServerCallContext context)
    {
        await WaitAsync(request.Call, request.IgnoresCancellation, context);
        return new WaitResponse();
    }

    public override async Task Count(CountRequest request, IServerStreamWriter<CountResponse> responseStream, ServerCallContext context)
    {
        var padding = ByteString.CopyFrom(new byte[request.Padding]);
        if (request.Call.Length > 0) calls[request.Call].Start(context.CancellationToken);
        try
        {
            for (var number = 1; number <= request.To; number++)
            {
                await responseStream.WriteAsync(new CountResponse { Number = number, Padding = padding });
                if (request.Call.Length > 0) calls[request.Call].Written = number;
                if (number == request.FailAfter) throw new RpcException(new Grpc.Core.Status(StatusCode.Aborted, $"failed after {number}"));
            }

            if (request.Call.Length == 0) return;
            if (request.IgnoresCancellation)
            {
                await calls[request.Call].ReleasedAsync;
                await responseStream.WriteAsync(new CountResponse());
            }

            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        catch (Exception error) when (request.Call.Length > 0)
        {
            calls[request.Call].End(error);
            throw;
        }
    }

    public override async Task<SumResponse> Sum(IAsyncStreamReader<SumRequest> requestStream, ServerCallContext context)
    {
        var response = new SumResponse();
        calls[SumCall].Start(context.CancellationToken);
        try
        {
            await foreach (var request in requestStream.ReadAllAsync())
            {
                response.Sum += request.Number;
                response.Count++;
                if (request.Number < 0) throw new RpcException(new Grpc.Core.Status(StatusCode.OutOfRange, "negative"));
            }

            return response;
        }
        finally
        {
            calls[SumCall].End(null);
        }
    }

    public override async Task Chat(
        IAsyncStreamReader<ChatRequest> requestStream, IServerStreamWriter<ChatResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync())
        {
            if (request.Text == "twice")
            {
                var first = responseStream.WriteAsync(new ChatResponse { Text = new string('x', 10_000_000) });
                var refused = Assert.Throws<InvalidOperationException>(() => { responseStream.WriteAsync(new ChatResponse()).GetAwaiter().GetResult(); });
                Assert.Contains("previous write is in progress", refused.Message, StringComparison.Ordinal);
                await first;
                continue;
            }

            await responseStream.WriteAsync(new ChatResponse { Text = request.Text });
        }
    }

    static Google.Rpc.Status Details(FailRequest request) => new()
    {
        Code = request.Code,
        Message = request.Message,
        Details =
        {
            Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = "a.b", Description = "is wrong" } } }),
            Any.Pack(new PreconditionFailure
            {
                Violations = { new PreconditionFailure.Types.Violation { Type = "STATE", Subject = "job", Description = "is over" } },
            }),
        },
    };

    async Task WaitAsync(string name, bool ignoresCancellation, ServerCallContext context)
    {
        var call = calls[name];
        call.Start(context.CancellationToken);
        try
        {
            await (ignoresCancellation ? call.ReleasedAsync : call.ReleasedAsync.WaitAsync(context.CancellationToken));
            call.End(null);
        }
        catch (Exception error)
        {
            call.End(error);
            throw;
        }
    }
}
