namespace Headgate.Connectors.Undoing;

/// <summary>Which columns an attempt of a job has logged beside its fields, as far as they are there still.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Columns">Their positions in <see cref="UndoPlan.Rest"/>, rising.</param>
/// <param name="Logged">Their positions in the log's arrays behind the fields, in the same order; from 0.</param>
public sealed record UndoRest(int Attempt, IReadOnlyList<int> Columns, IReadOnlyList<int> Logged);
