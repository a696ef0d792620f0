using Headgate.JobCoordinator.Applying;
using Headgate.JobCoordinator.Pipelines;
using Headgate.V1;
using Microsoft.Extensions.Configuration;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>What files may name where a connection is expected.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class ReferenceTests(PipelineBench bench)
{
    static readonly BenchProject Bounded = new(null!, PipelineBench.Bounded);
    readonly BenchProject _project = bench.NewProject();

    [Theory]
    [InlineData("env:HEADGATE_STATE")]
    [InlineData("env:headgate_amqp")]
    [InlineData("env:ASPNETCORE_HEADGATE_STATE")]
    [InlineData("env:dotnet_Headgate_State")]
    public async Task Headgates_own_variables_are_refused_as_source_destination_and_webhook(string reference)
    {
        var text = _project.Text(source: reference, destination: reference) + $"  notify: {{ webhook: {reference} }}\n";

        var violations = await Refused.InvalidAsync(bench.Admin.ApplyPipelineAsync(BenchProject.Request(text)));

        Assert.Equal(
            ["f0.yaml:5:37 spec.source.postgres.connection", "f0.yaml:6:42 spec.destination.postgres.connection", "f0.yaml:12:22 spec.notify.webhook"],
            violations.Select(violation => violation.Field));
        Assert.All(violations, violation => Assert.Contains("begin with HEADGATE_ are Headgate's own settings", violation.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_of_one_of_Headgates_settings_is_refused_however_it_is_written_and_by_way_of_a_link()
    {
        var link = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}");
        System.IO.File.CreateSymbolicLink(link, PipelineBench.OwnFile);
        try
        {
            await System.IO.File.WriteAllTextAsync(PipelineBench.OwnFile, "Host=nowhere");
            foreach (var path in (string[])[PipelineBench.OwnFile, Detour(PipelineBench.OwnFile), link, $"/proc/self/root{PipelineBench.OwnFile}"])
            {
                var violation = Assert.Single(await Refused.InvalidAsync(bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text(source: $"file:{path}")))));
                Assert.Equal("f0.yaml:5:37 spec.source.postgres.connection", violation.Field);
                Assert.Contains("the file of one of Headgate's own settings", violation.Problem, StringComparison.Ordinal);
                Assert.DoesNotContain(path, violation.Problem, StringComparison.Ordinal);
            }
        }
        finally
        {
            System.IO.File.Delete(link);
            System.IO.File.Delete(PipelineBench.OwnFile);
        }
    }

    [Theory]
    [InlineData("/proc/self/environ")]
    [InlineData("/dev/ptmx")]
    [InlineData("/dev/../dev/stdin")]
    public async Task What_is_no_place_for_secrets_is_refused(string path)
    {
        var violation = Assert.Single(await Refused.InvalidAsync(bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text(source: $"file:{path}")))));
        Assert.Contains("no secret is kept there", violation.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Project_with_bounds_names_what_they_let_and_nothing_else_whoever_applies_it()
    {
        var refused = Bounded.Text(destination: "env:PAYROLL") + "  notify: { webhook: file:/etc/headgate/bounded/hook }\n";

        var violation = Assert.Single(await Refused.InvalidAsync(bench.Admin.ApplyPipelineAsync(BenchProject.Request(refused))));
        Assert.Equal("f0.yaml:6:42 spec.destination.postgres.connection", violation.Field);
        Assert.StartsWith($"project {PipelineBench.Bounded} may not name it; expected one of {PipelineBench.SourceReference}, ", violation.Problem, StringComparison.Ordinal);
        Assert.Equal(CommandOutcome.Accepted, (await bench.Admin.ApplyPipelineAsync(BenchProject.Request(Bounded.Text()))).Results.Single().Outcome);
    }

    [Theory]
    [InlineData("env:CRM_*", "env:CRM_SOURCE", true)]
    [InlineData("env:CRM_*", "env:CRM_", true)]
    [InlineData("env:CRM_*", "env:crm_source", false)]
    [InlineData("env:CRM_*", "env:PAYROLL_CRM_", false)]
    [InlineData("env:CRM", "env:CRM_SOURCE", false)]
    [InlineData("file:/etc/crm/*", "file:/etc/crm/source", true)]
    [InlineData("file:/etc/crm/*", "file:/etc/crm/more/source", false)]
    [InlineData("file:/etc/crm/*", "file:/etc/crm/../payroll", false)]
    [InlineData("file:/etc/crm/*", "file:/etc/crm/..", false)]
    [InlineData("file:/etc/crm/*", "file:/etc/./crm/source", false)]
    [InlineData("file:/etc/*/source", "file:/etc//source", false)]
    [InlineData("file:/etc/c.m/source", "file:/etc/crm/source", false)]
    [InlineData("file:/etc/crm/*", "env:CRM_SOURCE", false)]
    [InlineData("", "env:CRM_SOURCE", false)]
    public void Pattern_lets_what_it_says(string patterns, string reference, bool isLet) =>
        Assert.Equal(isLet, Record.Exception(() => Policy("CRM", patterns).Demand(Definition(reference))) is null);

    [Fact]
    public void Bounds_of_one_project_are_none_of_another() => Policy("PAYROLL", "env:PAYROLL_*").Demand(Definition("env:CRM_SOURCE"));

    [Theory]
    [InlineData("CRM_*")]
    [InlineData("*")]
    [InlineData("file:etc/crm/*")]
    [InlineData("file:/etc/../crm/*")]
    [InlineData("file:/etc//crm")]
    [InlineData("env:CRM_*,env:OTHER")]
    [InlineData("env:")]
    public void Setting_that_is_no_pattern_keeps_the_coordinator_from_starting(string patterns) =>
        Assert.Contains("HEADGATE_ACCESS__REFERENCES__CRM", Assert.Throws<InvalidOperationException>(() => Policy("CRM", patterns)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Nothing_gets_past_the_store_either()
    {
        var store = new PipelineStore(null!, Policy("CRM", ""));

        var refused = await Assert.ThrowsAsync<ReferenceRefusedException>(
            () => store.ApplyAsync(null!, [new PipelineToApply(Definition("env:OF_ANOTHER"), "there")], "tester", "", default));

        Assert.DoesNotContain("OF_ANOTHER", refused.Message, StringComparison.Ordinal);
    }

    static string Detour(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        return Path.Combine(folder, "..", Path.GetFileName(folder), Path.GetFileName(path));
    }

    static ReferencePolicy Policy(string project, string patterns) => ReferencePolicy.From(
        new ConfigurationBuilder().AddInMemoryCollection([new($"HEADGATE_ACCESS:REFERENCES:{project}", patterns)]).Build());

    static Contracts.Pipelines.PipelineDefinition Definition(string reference) => PipelineFiles.PipelineFile.Parse(
        new BenchProject(null!, "crm").Text(source: reference, destination: reference, to: "public.contacts"), "crm.yaml").Definition!;
}
