using Google.Protobuf;
using Google.Protobuf.Reflection;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Subjects;

/// <summary>
/// The fields of a kind of request that say what it is about, found once in its definition: references, fields named `project` and
/// `all_projects`, pipeline files, and these in messages inside it.
/// </summary>
sealed class SubjectFields
{
    public static readonly SubjectFields None = new([]);

    readonly IReadOnlyList<(string Path, Func<IMessage, string, IEnumerable<Subject>> Read)> _fields;

    SubjectFields(IReadOnlyList<(string Path, Func<IMessage, string, IEnumerable<Subject>> Read)> fields) => _fields = fields;

    public bool IsEmpty => _fields.Count == 0;

    /// <summary>What a request could be about, for somebody whose request is about nothing.</summary>
    public string Paths => string.Join(", ", _fields.Select(each => each.Path));

    public static SubjectFields Of(MessageDescriptor request) => new([.. FieldsOf(request, "", [request])]);

    /// <summary>All that a request names: it may name more than one thing, and each is checked.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: a reference is none.</exception>
    public List<Subject> Of(IMessage request) => [.. _fields.SelectMany(field => field.Read(request, field.Path))];

    static IEnumerable<(string, Func<IMessage, string, IEnumerable<Subject>>)> FieldsOf(MessageDescriptor message, string before, HashSet<MessageDescriptor> around)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var path = before + field.Name;
            if (ReaderOf(field) is { } reader) yield return (path, reader);
            else if (field is { FieldType: FieldType.Message, IsMap: false } && !around.Contains(field.MessageType))
            {
                foreach (var (inner, read) in FieldsOf(field.MessageType, $"{path}.", [.. around, field.MessageType]))
                    yield return (inner, (request, at) => Each(field, request).SelectMany(each => read(each, at)));
            }
        }
    }

    static Func<IMessage, string, IEnumerable<Subject>>? ReaderOf(FieldDescriptor field) => field switch
    {
        { FieldType: FieldType.String, Name: "project", IsRepeated: false } => (request, path) => References.OfProject((string)field.Accessor.GetValue(request), path),
        { FieldType: FieldType.Bool, Name: "all_projects" } => (request, path) => (bool)field.Accessor.GetValue(request) ? [new Subject.AllProjects(path)] : [],
        { FieldType: FieldType.String, Name: "id" } when field.ContainingType == RevokeApiKeyRequest.Descriptor =>
            (request, path) => [References.ById(SubjectKind.ApiKey, (string)field.Accessor.GetValue(request), path)],
        { FieldType: FieldType.Message } when field.MessageType == PipelineReference.Descriptor =>
            (request, path) => Each(field, request).Select(each => References.Of((PipelineReference)each, path)),
        { FieldType: FieldType.Message } when field.MessageType == JobReference.Descriptor =>
            (request, path) => Each(field, request).Select(each => References.Of((JobReference)each, path)),
        { FieldType: FieldType.Message } when field.MessageType == PipelineFile.Descriptor =>
            (request, path) => Each(field, request).Any() ? [new Subject.Files(path)] : [],
        _ => null,
    };

    static IEnumerable<IMessage> Each(FieldDescriptor field, IMessage message) => field.Accessor.GetValue(message) switch
    {
        null => [],
        IMessage one => [one],
        System.Collections.IEnumerable many => many.Cast<IMessage>(),
        var other => throw new InvalidOperationException($"{field.FullName} is no message but {other.GetType().Name}."),
    };
}
