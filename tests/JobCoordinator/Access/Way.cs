using Google.Protobuf;
using Google.Protobuf.Reflection;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>The ways in which a request can name what it is about.</summary>
/// <param name="Name">For messages.</param>
/// <param name="IsById">Foreign things that are named so are not there; named otherwise they are denied.</param>
/// <param name="Request">Of what the installation has, the request.</param>
sealed record Way(string Name, bool IsById, Func<Things, IMessage> Request)
{
    public static IEnumerable<Way> Of(MethodDescriptor method)
    {
        foreach (var field in method.InputType.Fields.InDeclarationOrder())
        {
            if (field.FieldType == FieldType.Message && field.MessageType == JobReference.Descriptor)
            {
                yield return New(method, field, "job by id", true, things => new JobReference { Id = things.Job });
                yield return New(method, field, "job by Request ID", true, things => new JobReference { RequestId = things.Request });
                yield return New(method, field, "job by pipeline", false, things => new JobReference { Pipeline = things.NamedPipeline });
                yield return New(method, field, "job by pipeline's id", true, things => new JobReference { Pipeline = things.PipelineById });
            }
            else if (field.FieldType == FieldType.Message && field.MessageType == PipelineReference.Descriptor)
            {
                yield return New(method, field, "pipeline by name", false, things => things.NamedPipeline);
                yield return New(method, field, "pipeline by id", true, things => things.PipelineById);
            }
            else if (field.FieldType == FieldType.Message && field.MessageType == JobFilter.Descriptor)
            {
                yield return New(method, field, "filter", false, things => new JobFilter { Project = things.Project });
            }
            else if (field is { FieldType: FieldType.String, Name: "project" })
            {
                yield return New(method, field, "project", false, things => things.Project);
            }
            else if (field is { FieldType: FieldType.String, Name: "id" })
            {
                yield return New(method, field, "key by id", true, things => things.Key);
            }
        }
    }

    static Way New(MethodDescriptor method, FieldDescriptor field, string name, bool isById, Func<Things, object> value) => new(name, isById, things =>
    {
        var request = method.InputType.Parser.ParseFrom([]);
        field.Accessor.SetValue(request, value(things));
        return request;
    });
}
