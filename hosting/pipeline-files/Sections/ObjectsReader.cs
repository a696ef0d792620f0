using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class ObjectsReader
{
    const string Expected = "a list with at least one object";

    public static IReadOnlyList<ReadObject> Read(MappingReader spec, Findings findings)
    {
        if (!spec.Has("objects"))
            spec.RefuseMissing("objects", Expected);
        var before = findings.Count;
        var objects = spec.Sections("objects", PipelineFile.MaxObjects, ReadObject) ?? [];
        if (findings.Count == before && spec.Has("objects") && !objects.Any(o => o.Definition.Include))
        {
            var wrong = objects.Count == 0 ? "the list is empty" : "all objects have include: false";
            spec.Refuse("objects", wrong, $"{Expected} that is included");
        }

        RefuseSharedDestinations(objects, findings);
        return objects;
    }

    static ReadObject ReadObject(MappingReader item)
    {
        var key = ReadKey(item);
        var definition = new ObjectDefinition
        {
            From = item.Required("from", ObjectRule.Table),
            To = item.Required("to", ObjectRule.Written),
            Key = key,
            Cursor = item.Optional("cursor", ObjectRule.Column),
            Filter = item.Optional("filter", ObjectRule.Filter),
            Fields = item.Section("fields", fields => ReadFields(fields, key), null),
            Include = item.Value("include", ChoiceRule.Flag, fallback: true),
        };
        return new ReadObject(definition, item.Path, item.PositionOf("to"));
    }

    static IReadOnlyList<string> ReadKey(MappingReader item)
    {
        if (!item.Has("key"))
            item.RefuseMissing("key", "a list of destination fields, such as [id]");
        return item.List("key", ObjectRule.Column) ?? [];
    }

    // A key field that the mapping leaves out comes from the column of the same name: without it no record could be found again.
    static Dictionary<string, string> ReadFields(MappingReader fields, IReadOnlyList<string> key)
    {
        var read = key.Where(field => field is not null && !fields.Has(field)).Distinct().ToDictionary(field => field);
        if (!fields.Keys.Any())
            fields.Refuse("the mapping is empty", "destination field: source column; leave fields out to map all columns by name");
        foreach (var field in fields.Keys.ToList())
        {
            if (ObjectRule.Column.Check(field, out _) is { } wrong)
                fields.RefuseKey(field, wrong, ObjectRule.Column.Expected);
            read[field] = fields.Required(field, ObjectRule.Column);
        }

        return read;
    }

    static void RefuseSharedDestinations(IReadOnlyList<ReadObject> objects, Findings findings)
    {
        var writers = new Dictionary<QualifiedName, string>();
        foreach (var item in objects.Where(o => o.Definition.Include))
        {
            if (QualifiedName.TryParse(item.Definition.To, out var table) && !writers.TryAdd(table, item.Path))
                findings.Refuse(item.To, $"{item.Path}.to", $"{writers[table]} writes the same destination table", "a table of its own");
        }
    }
}
