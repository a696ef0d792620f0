namespace Headgate.PipelineFiles.Tests;

public sealed class SetTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("headgate-files-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Folder_gives_its_pipelines_by_file_name()
    {
        Write("b.yaml", Files.Named("second", "t2") + "---\n" + Files.Named("third", "t3"));
        Write("a.yml", Files.Named("first", "t1"));
        Write("notes.txt", "not a pipeline");
        Directory.CreateDirectory(Path.Combine(folder, "below.yaml"));

        var result = PipelineFile.Read(folder);

        Assert.Empty(result.Problems);
        Assert.Equal(["first", "second", "third"], result.Definitions.Select(d => d.Name));
        Assert.Null(result.Definition);
    }

    [Fact]
    public void File_is_read_with_a_byte_order_mark_and_windows_line_ends()
    {
        File.WriteAllText(Path.Combine(folder, "a.yaml"), Files.Minimal.ReplaceLineEndings("\r\n"), System.Text.Encoding.UTF8);

        Assert.NotNull(PipelineFile.Read(Path.Combine(folder, "a.yaml")).Definition);
    }

    [Fact]
    public void Problem_in_one_file_refuses_the_set_and_names_the_file()
    {
        Write("a.yaml", Files.Named("first", "t1"));
        Write("b.yaml", Files.Named("Second", "t2"));

        var result = PipelineFile.ReadFolder(folder);

        Assert.Empty(result.Definitions);
        Assert.Equal((Path.Combine(folder, "b.yaml"), 3), (Assert.Single(result.Problems).File, result.Problems[0].Line));
    }

    [Fact]
    public void Name_that_is_there_twice_is_refused()
    {
        Write("a.yaml", Files.Named("same", "t1"));
        Write("b.yaml", Files.Named("same", "t2"));

        var problem = Assert.Single(PipelineFile.ReadFolder(folder).Problems);

        Assert.Equal((3, "metadata.name"), (problem.Line, problem.Field));
        Assert.Equal($"pipeline crm/same is at {Path.Combine(folder, "a.yaml")}:3 already", problem.Message);
    }

    [Fact]
    public void Pipelines_that_write_one_table_are_refused()
    {
        var result = PipelineFile.Parse(Files.Named("first", "contacts") + "---\n" + Files.Named("second", "'PUBLIC.\"contacts\"'"), "two.yaml");

        var problem = Assert.Single(result.Problems);
        Assert.Equal((20, "spec.objects[0].to"), (problem.Line, problem.Field));
        Assert.Equal("pipeline crm/first (two.yaml:9) writes the same destination table", problem.Message);
    }

    [Fact]
    public void Pipelines_that_write_one_name_in_two_destinations_are_accepted()
    {
        var result = PipelineFile.Parse(Files.Named("first", "t") + "---\n" + Files.Named("second", "t", "env:OTHER"), "two.yaml");

        Assert.Equal(2, result.Definitions.Count);
    }

    [Fact]
    public void Folder_without_a_pipeline_file_is_refused() =>
        Assert.Equal("the folder has no pipeline file", Assert.Single(PipelineFile.Read(folder).Problems).Message);

    [Fact]
    public void Missing_file_is_a_problem_and_no_exception()
    {
        Assert.Equal("the file cannot be read", Assert.Single(PipelineFile.Read(Path.Combine(folder, "none.yaml")).Problems).Message);
        Assert.Equal("the folder cannot be read", Assert.Single(PipelineFile.ReadFolder(Path.Combine(folder, "none")).Problems).Message);
    }

    [Fact]
    public void File_that_is_not_UTF8_is_refused()
    {
        File.WriteAllBytes(Path.Combine(folder, "a.yaml"), [0x61, 0xFF, 0xFE]);

        Assert.Equal("the file is not UTF-8", Assert.Single(PipelineFile.Read(folder).Problems).Message);
    }

    [Fact]
    public void File_that_is_too_large_is_refused()
    {
        File.WriteAllBytes(Path.Combine(folder, "a.yaml"), new byte[PipelineFile.MaxBytes + 1]);

        Assert.Equal("the file is too large", Assert.Single(PipelineFile.Read(folder).Problems).Message);
    }

    void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);
}
