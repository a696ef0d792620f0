namespace Headgate.Connectors.Changes;

/// <summary>Codes of problems that whoever asks for changes can do something about.</summary>
public static class ChangeProblems
{
    /// <summary>The destination has no log of the job.</summary>
    public const string NotLogged = "changes-not-logged";

    /// <summary>No object in question has such a field.</summary>
    public const string Field = "changes-field";

    /// <summary>The key is not one of the object's: other fields, or a value that their types do not take.</summary>
    public const string Key = "changes-key";

    /// <summary>What a dry run has shown of records is not there any more.</summary>
    public const string SamplesGone = "samples-gone";
}
