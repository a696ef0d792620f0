namespace Headgate.Scheduler.Rules;

/// <summary>What was kept of a change.</summary>
/// <param name="Alarm">Whose alarm looks at the pipeline.</param>
/// <param name="Next">When its next run is fired; null: none is.</param>
sealed record KeptRule(int Alarm, DateTimeOffset? Next);
