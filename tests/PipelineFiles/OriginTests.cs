namespace Headgate.PipelineFiles.Tests;

public sealed class OriginTests
{
    static readonly PipelineOrigin Origin = PipelineFile.Parse(Files.WithObject("fields: { id: id, mail: email }"), "a.yaml").Origins.Single();

    [Theory]
    [InlineData("a.yaml:8:13 spec.objects[0].from: wrong; expected right", "spec", "objects", "0", "from")]
    [InlineData("a.yaml:10:13 spec.objects[0].key[0]: wrong; expected right", "spec", "objects", "0", "key", "0")]
    [InlineData("a.yaml:11:31 spec.objects[0].fields.mail: wrong; expected right", "spec", "objects", "0", "fields", "mail")]
    public void Problem_found_later_is_at_its_value(string problem, params string[] path) =>
        Assert.Equal(problem, Origin.Problem("wrong", "right", path).ToString());

    [Fact]
    public void Problem_of_what_the_file_leaves_out_is_at_what_it_would_belong_to() =>
        Assert.Equal("a.yaml:8:7 spec.objects[0].cursor: wrong; expected right", Origin.Problem("wrong", "right", "spec", "objects", "0", "cursor").ToString());

    [Fact]
    public void Each_pipeline_of_a_set_has_its_own()
    {
        var set = PipelineFile.Parse(Files.Named("first", "t1") + "---\n" + Files.Named("second", "t2"), "a.yaml");

        Assert.Equal([3, 14], set.Origins.Select(origin => origin.Problem("", "", "metadata", "name").Line));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# of the file\n\n")]
    [InlineData("# of the file\n---\n")]
    public void Text_of_a_pipeline_is_its_document_with_all_comments(string before)
    {
        var (first, second) = ($"{before}{Files.Named("first", "t1")}# at its end, ä\n", $"--- # of the second\n{Files.Named("second", "t2")}");

        var set = PipelineFile.Parse($"{first}---\n{second}", "a.yaml");

        Assert.Equal([$"{first}", second], set.Origins.Select(origin => origin.Text));
        Assert.Equal(["a.yaml", "a.yaml"], set.Origins.Select(origin => origin.FileName));
        Assert.All(set.Origins.Zip(set.Definitions), entry => Assert.Equal(entry.Second.Name, PipelineFile.Parse(entry.First.Text, "b.yaml").Definition!.Name));
    }
}
