using Google.Protobuf;
using Grpc.Core;
using Headgate.Rpc.Testing.V1;

namespace Headgate.Rpc.Tests.Probe;

static class ProbeMarshallers
{
    public static readonly Marshaller<EchoRequest> EchoRequest =
        Marshallers.Create(message => message.ToByteArray(), bytes => Testing.V1.EchoRequest.Parser.ParseFrom(bytes));

    public static readonly Marshaller<EchoResponse> EchoResponse =
        Marshallers.Create(message => message.ToByteArray(), bytes => Testing.V1.EchoResponse.Parser.ParseFrom(bytes));
}
