namespace Headgate.JobCoordinator.Calls;

/// <summary>What the caller of a method is bound to.</summary>
public interface ICallerScope
{
    /// <summary>The one project that it sees and commands; null: all.</summary>
    string? Project { get; }
}
