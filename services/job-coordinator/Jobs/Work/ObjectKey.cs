using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>What an offset belongs to: another source, destination or cursor is another object, and is read in full.</summary>
static class ObjectKey
{
    public static string Of(ObjectDefinition definition) => $"{definition.From}|{definition.To}|{definition.Cursor}";
}
