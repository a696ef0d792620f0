namespace Headgate.SagaRepository.CrashHost.Tallies;

/// <summary>A row beside the saga's, written by its verbs.</summary>
public sealed class TallyNote
{
    public int Id { get; set; }

    public Guid TallyId { get; set; }

    public string Text { get; set; } = "";
}
