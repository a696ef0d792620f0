namespace Headgate.Contracts.Sources;

/// <summary>Something of an object that is not what it was when the object was planned.</summary>
public sealed record ChangedAtSource
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The object and what has changed of it, for example: Object public.contacts: column "email" is gone.</summary>
    public required string Sentence { get; init; }
}
