using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Headgate.Rpc.Server.Reflection;

/// <summary>Answers the questions of one client, which is sent each file once.</summary>
sealed class ReflectionAnswers(ProtoFiles files)
{
    readonly HashSet<string> sent = new(StringComparer.Ordinal);

    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = request.MessageRequestCase switch
        {
            ServerReflectionRequest.MessageRequestOneofCase.ListServices => Services(),
            ServerReflectionRequest.MessageRequestOneofCase.FileByFilename => File(files.ByName(request.FileByFilename), request.FileByFilename),
            ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol =>
                File(files.BySymbol(request.FileContainingSymbol), request.FileContainingSymbol),
            ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension => File(
                files.ByExtension(request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber),
                $"{request.FileContainingExtension.ContainingType}:{request.FileContainingExtension.ExtensionNumber}"),
            ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType => Extensions(request.AllExtensionNumbersOfType),
            _ => Error(StatusCode.InvalidArgument, "The request asks for nothing."),
        };
        response.ValidHost = request.Host;
        response.OriginalRequest = request;
        return response;
    }

    static ServerReflectionResponse Error(StatusCode code, string message) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message } };

    ServerReflectionResponse Services() => new()
    {
        ListServicesResponse = new ListServiceResponse { Service = { files.ServiceNames.Select(name => new ServiceResponse { Name = name }) } },
    };

    ServerReflectionResponse Extensions(string type) => files.HasType(type)
        ? new()
        {
            AllExtensionNumbersResponse = new ExtensionNumberResponse
            {
                BaseTypeName = type,
                ExtensionNumber = { files.Extensions(type).Select(extension => extension.FieldNumber) },
            },
        }
        : Error(StatusCode.NotFound, $"There is no {type}.");

    ServerReflectionResponse File(FileDescriptor? file, string asked)
    {
        if (file is null) return Error(StatusCode.NotFound, $"There is no {asked}.");
        var response = new FileDescriptorResponse();
        // What was asked for is sent again when it is asked for again.
        sent.Remove(file.Name);
        Add(response, file);
        return new() { FileDescriptorResponse = response };
    }

    void Add(FileDescriptorResponse response, FileDescriptor file)
    {
        if (!sent.Add(file.Name)) return;
        response.FileDescriptorProto.Add(file.SerializedData);
        foreach (var import in file.Dependencies) Add(response, import);
    }
}
