using Headgate.PipelineFiles.Rules;
using Headgate.PipelineFiles.Yaml;

namespace Headgate.PipelineFiles.Sections;

/// <summary>Reads a mapping key by key; knows which keys it was asked for, and refuses the others.</summary>
sealed class MappingReader
{
    readonly YamlMapping node;
    readonly Findings findings;
    readonly Dictionary<string, YamlEntry> entries = [];
    readonly HashSet<string> known = [];
    readonly List<YamlScalar> repeated = [];
    string? unknownKey;

    public MappingReader(YamlMapping node, string path, Findings findings)
    {
        (this.node, this.findings, Path) = (node, findings, path);
        foreach (var entry in node.Entries)
        {
            if (entry.Key is not YamlScalar { Flaw: null, IsNull: false } key)
                Refuse(entry.Key.Position, path, entry.Key.Flaw ?? "a key is not a word", "a word as key");
            else if (!entries.TryAdd(key.Text, entry))
                repeated.Add(key);
        }
    }

    public string Path { get; }

    /// <summary>The keys of the file, in its order.</summary>
    public IEnumerable<string> Keys => entries.Keys;

    public bool Has(string key) => entries.ContainsKey(key);

    /// <summary>Where a key's value is; where the mapping begins if it has no such key.</summary>
    public Position PositionOf(string key) => entries.TryGetValue(key, out var entry) ? entry.Value.Position : node.Position;

    /// <summary>Where a key is; where the mapping begins if it has no such key.</summary>
    public Position KeyPositionOf(string key) => entries.TryGetValue(key, out var entry) ? entry.Key.Position : node.Position;

    /// <summary>For mappings where a key may be a secret that slipped: unknown keys get this message and are not repeated.</summary>
    public void HideUnknownKeys(string message) => unknownKey = message;

    public T Value<T>(string key, Rule<T> rule, T fallback) =>
        Take(key) is { } value ? Scalar(value, PathOf(key), rule, fallback) : fallback;

    /// <summary>The value, or the type's own default after a problem.</summary>
    public T Required<T>(string key, Rule<T> rule)
    {
        if (Take(key) is { } value)
            return Scalar(value, PathOf(key), rule, default!);
        RefuseMissing(key, rule.Expected);
        return default!;
    }

    public string? Optional(string key, Rule<string> rule) => Take(key) is { } value ? Scalar(value, PathOf(key), rule, "") : null;

    public TimeSpan? Optional(string key, Rule<TimeSpan> rule) =>
        Take(key) is { } value ? Scalar(value, PathOf(key), rule, default) : null;

    /// <summary>A mapping below a key, read to its end; the fallback if there is none.</summary>
    public T Section<T>(string key, Func<MappingReader, T> read, T fallback)
    {
        if (Take(key) is not { } value)
            return fallback;
        return AsMapping(value, PathOf(key)) is { } mapping ? mapping.ReadAll(read) : fallback;
    }

    public T RequiredSection<T>(string key, Func<MappingReader, T> read, string expected)
    {
        if (!Has(key))
            RefuseMissing(key, expected);
        return Section(key, read, default!);
    }

    /// <summary>A list of single values; null if there is none or it is no list.</summary>
    public IReadOnlyList<T>? List<T>(string key, Rule<T> rule)
    {
        if (Take(key) is not { } value || AsSequence(value, PathOf(key), $"a list, each of it {rule.Expected}") is not { } items)
            return null;
        if (items.Count == 0)
            Refuse(value.Position, PathOf(key), "the list is empty", $"a list, each of it {rule.Expected}");

        var read = new List<T>();
        var distinct = new HashSet<T>();
        for (var i = 0; i < items.Count; i++)
        {
            var before = findings.Count;
            var item = Scalar(items[i], $"{PathOf(key)}[{i}]", rule, default!);
            if (findings.Count == before && !distinct.Add(item))
                Refuse(items[i].Position, $"{PathOf(key)}[{i}]", "it is in the list twice", "each once");
            read.Add(item);
        }

        return read;
    }

    /// <summary>A list of mappings; null if there is none or it is no list.</summary>
    public IReadOnlyList<T>? Sections<T>(string key, int max, Func<MappingReader, T> read)
    {
        if (Take(key) is not { } value || AsSequence(value, PathOf(key), "a list of mappings") is not { } items)
            return null;
        if (items.Count > max)
            Refuse(value.Position, PathOf(key), $"the list has {items.Count} entries", $"at most {max}");

        var sections = new List<T>();
        for (var i = 0; i < Math.Min(items.Count, max); i++)
        {
            if (AsMapping(items[i], $"{PathOf(key)}[{i}]") is { } mapping)
                sections.Add(mapping.ReadAll(read));
        }

        return sections;
    }

    /// <summary>Reads the mapping and refuses what the reading did not ask for.</summary>
    public T ReadAll<T>(Func<MappingReader, T> read)
    {
        var result = read(this);
        foreach (var (key, entry) in entries)
        {
            if (!known.Contains(key))
                RefuseUnknown(key, entry.Key.Position);
        }

        foreach (var key in repeated)
        {
            Refuse(key.Position, known.Contains(key.Text) ? PathOf(key.Text) : Path,
                $"the key is there twice, first in line {entries[key.Text].Key.Position.Line}", "each key once");
        }

        return result;
    }

    public void Refuse(string message, string expected) => Refuse(node.Position, Path, message, expected);

    public void RefuseKey(string key, string message, string expected) => Refuse(KeyPositionOf(key), PathOf(key), message, expected);

    public void Refuse(string key, string message, string expected) => Refuse(PositionOf(key), PathOf(key), message, expected);

    public void RefuseMissing(string key, string expected) => Refuse(node.Position, PathOf(key), "it is missing", expected);

    public string PathOf(string key) => Path.Length == 0 ? Shown.Key(key) : $"{Path}.{Shown.Key(key)}";

    void RefuseUnknown(string key, Position at)
    {
        var expected = $"one of: {string.Join(", ", known)}";
        if (Suggestion.For(key, known) is { } suggestion)
            Refuse(at, PathOf(key), $"unknown key '{key}', did you mean '{suggestion}'?", expected);
        else if (unknownKey is not null || !Shown.IsWord(key))
            Refuse(at, Path, unknownKey ?? "unknown key", expected);
        else
            Refuse(at, PathOf(key), $"unknown key '{key}'", expected);
    }

    YamlNode? Take(string key)
    {
        known.Add(key);
        return entries.TryGetValue(key, out var entry) ? entry.Value : null;
    }

    T Scalar<T>(YamlNode value, string path, Rule<T> rule, T fallback)
    {
        var wrong = value.Flaw;
        if (wrong is null && value is YamlScalar { IsNull: false } scalar)
        {
            wrong = rule.Check(scalar.Text, out var read);
            if (wrong is null)
                return read;
        }

        wrong ??= value is YamlScalar ? "it is empty" : $"it is {value.Noun}, not a single value";
        Refuse(value.Position, path, wrong, rule.Expected);
        return fallback;
    }

    MappingReader? AsMapping(YamlNode value, string path)
    {
        RefuseFlaw(value, path);
        if (value is YamlMapping mapping)
            return new MappingReader(mapping, path, findings);
        if (value.Flaw is null)
            Refuse(value.Position, path, $"it is {value.Noun}", "a mapping of keys to values");
        return null;
    }

    IReadOnlyList<YamlNode>? AsSequence(YamlNode value, string path, string expected)
    {
        RefuseFlaw(value, path);
        if (value is YamlSequence sequence)
            return sequence.Items;
        if (value.Flaw is null)
            Refuse(value.Position, path, $"it is {value.Noun}", expected);
        return null;
    }

    void RefuseFlaw(YamlNode value, string path)
    {
        if (value.Flaw is not null)
            Refuse(value.Position, path, value.Flaw, "plain YAML without anchors, aliases and tags");
    }

    void Refuse(Position at, string path, string message, string expected) => findings.Refuse(at, path, message, expected);
}
