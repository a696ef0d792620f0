using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Jobs.Work;

namespace Headgate.JobCoordinator.Tests.Runs;

public sealed class ObjectKeyTests
{
    static readonly ObjectDefinition Customers = new()
    {
        From = "public.a",
        To = "public.b",
        Key = ["id"],
        Cursor = "at",
        Filter = "active",
        Fields = Fields(("id", "id"), ("mail", "email")),
    };

    static readonly PipelineDefinition Pipeline = new()
    {
        Project = "test",
        Name = "p",
        Source = new SystemReference { Connector = "postgres", Connection = "env:A" },
        Destination = new SystemReference { Connector = "postgres", Connection = "env:B" },
        Objects = [Customers],
    };

    [Fact]
    public void The_order_of_fields_and_what_is_no_matter_of_an_object_make_no_other_one() => Assert.Equal(
        ObjectKey.Of(Pipeline, Customers),
        ObjectKey.Of(Pipeline with { Name = "q", MaxFailures = 7 }, Customers with { Fields = Fields(("mail", "email"), ("id", "id")) }));

    [Fact]
    public void Another_system_filter_or_set_of_fields_makes_another_object()
    {
        var elsewhere = Pipeline.Source with { Connection = "env:C" };
        string[] keys =
        [
            ObjectKey.Of(Pipeline, Customers),
            ObjectKey.Of(Pipeline with { Source = elsewhere }, Customers),
            ObjectKey.Of(Pipeline with { Destination = elsewhere }, Customers),
            ObjectKey.Of(Pipeline, Customers with { From = "public.c" }),
            ObjectKey.Of(Pipeline, Customers with { To = "public.c" }),
            ObjectKey.Of(Pipeline, Customers with { Cursor = "changed" }),
            ObjectKey.Of(Pipeline, Customers with { Key = ["id", "mail"] }),
            ObjectKey.Of(Pipeline, Customers with { Filter = null }),
            ObjectKey.Of(Pipeline, Customers with { Fields = null }),
            ObjectKey.Of(Pipeline, Customers with { Fields = Fields(("id", "id"), ("mail", "mail")) }),
        ];
        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
    }

    static Dictionary<string, string> Fields(params (string Field, string Column)[] fields) => fields.ToDictionary(field => field.Field, field => field.Column);
}
