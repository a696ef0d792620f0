using FsCheck;
using FsCheck.Fluent;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

/// <summary>Makes random tables.</summary>
static class RandomTables
{
    public static Gen<RandomTable> All =>
        from key in Gen.OneOf(Gen.Elements(RandomTable.KeyTypes).ArrayOf(1), Gen.Elements(RandomTable.KeyTypes).ArrayOf(2))
        from others in Few(Gen.Elements(RandomTable.Types), 6)
        from unmapped in Gen.Elements(null, "'by hand'", "clock_timestamp()::text")
        from before in Gen.Elements(0, 10, 25)
        from steps in Few(Step, 5)
        select new RandomTable(key, others, unmapped, before, steps);

    static Gen<RandomStep> Step =>
        from kind in Gen.Elements(
            RandomStep.Kinds.Segment, RandomStep.Kinds.Segment, RandomStep.Kinds.Attempt, RandomStep.Kinds.Broken, RandomStep.Kinds.Person, RandomStep.Kinds.Touch)
        from first in Gen.Choose(0, 30)
        from count in Gen.Choose(1, 20)
        from salt in Gen.Choose(0, 2)
        from batch in Gen.Elements(3, 7, 100)
        select new RandomStep(kind, first, count, salt, batch);

    static Gen<T[]> Few<T>(Gen<T> element, int most) => Gen.Choose(0, most).SelectMany(count => element.ArrayOf(count));
}
