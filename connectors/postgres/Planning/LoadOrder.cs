using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>Parents before children: a table's level is above those of the tables that its foreign keys name.</summary>
static class LoadOrder
{
    /// <param name="tables">The tables of the plan.</param>
    /// <param name="references">Foreign keys as (child, parent).</param>
    /// <returns>A level for each table; tables in a cycle share one.</returns>
    public static IReadOnlyList<int> Levels(
        IReadOnlyList<QualifiedName> tables, IReadOnlyCollection<(QualifiedName Child, QualifiedName Parent)> references)
    {
        var numbers = tables.Select((t, i) => (t, i)).ToDictionary(x => x.t, x => x.i);
        var parents = tables.Select(_ => new List<int>()).ToArray();
        foreach (var (child, parent) in references)
        {
            if (child != parent && numbers.TryGetValue(child, out var c) && numbers.TryGetValue(parent, out var p))
                parents[c].Add(p);
        }

        var components = Components(parents);
        var levels = new int[tables.Count];
        // Components come with parents first, so a parent's level is final when a child asks for it.
        foreach (var component in components)
        {
            var outside = component.SelectMany(t => parents[t]).Where(p => !component.Contains(p)).Select(p => levels[p] + 1);
            var level = outside.DefaultIfEmpty(0).Max();
            foreach (var table in component)
                levels[table] = level;
        }

        return levels;
    }

    /// <summary>Tarjan's strongly connected components, without recursion: chains of references can be long.</summary>
    static List<HashSet<int>> Components(List<int>[] parents)
    {
        var index = Enumerable.Repeat(-1, parents.Length).ToArray();
        var low = new int[parents.Length];
        var open = new Stack<int>();
        var isOpen = new bool[parents.Length];
        var components = new List<HashSet<int>>();
        var next = 0;
        for (var root = 0; root < parents.Length; root++)
        {
            if (index[root] >= 0) continue;
            var path = new Stack<(int Table, int Edge)>();
            path.Push((root, 0));
            while (path.TryPop(out var at))
            {
                var (table, edge) = at;
                if (edge == 0)
                {
                    index[table] = low[table] = next++;
                    open.Push(table);
                    isOpen[table] = true;
                }
                else
                {
                    low[table] = Math.Min(low[table], low[parents[table][edge - 1]]);
                }

                while (edge < parents[table].Count && index[parents[table][edge]] >= 0)
                {
                    if (isOpen[parents[table][edge]]) low[table] = Math.Min(low[table], index[parents[table][edge]]);
                    edge++;
                }

                if (edge < parents[table].Count)
                {
                    path.Push((table, edge + 1));
                    path.Push((parents[table][edge], 0));
                }
                else if (low[table] == index[table])
                {
                    components.Add(Close(table, open, isOpen));
                }
            }
        }

        return components;
    }

    static HashSet<int> Close(int table, Stack<int> open, bool[] isOpen)
    {
        var component = new HashSet<int>();
        int member;
        do
        {
            member = open.Pop();
            isOpen[member] = false;
            component.Add(member);
        }
        while (member != table);
        return component;
    }
}
