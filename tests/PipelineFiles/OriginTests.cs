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
}
