using Headgate.SagaRepository.CrashHost.Tallies;

namespace Headgate.SagaRepository.Tests.Machines;

public sealed class Sightings
{
    public TallyDbContext? Injected { get; set; }

    public TallyDbContext? Resolved { get; set; }

    public TallyDbContext? GotOrCreated { get; set; }

    public bool TracksTheSaga { get; set; }

    public bool IsInTransaction { get; set; }
}
