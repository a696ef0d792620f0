using Grpc.Core;
using Grpc.Reflection.V1;

namespace Headgate.Rpc.Server.Reflection;

/// <summary>Tells clients which services there are, and how they are defined.</summary>
sealed class ReflectionService(ProtoFiles files) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        var answers = new ReflectionAnswers(files);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(answers.Answer(request), context.CancellationToken);
    }
}
