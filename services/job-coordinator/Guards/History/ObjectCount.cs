namespace Headgate.JobCoordinator.Guards.History;

/// <summary>How many records of an object are staged, beside how many there may be.</summary>
/// <param name="ObjectNo">The object's number in the pipeline file, from 0.</param>
/// <param name="Object">The destination table.</param>
/// <param name="Rows">Staged records.</param>
/// <param name="Usual">Null: too few runs to judge by.</param>
/// <param name="Runs">Where there are too few: how many.</param>
sealed record ObjectCount(int ObjectNo, string Object, long Rows, VolumeReference? Usual, int Runs);
