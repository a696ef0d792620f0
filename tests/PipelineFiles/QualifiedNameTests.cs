using Headgate.Contracts.Pipelines;

namespace Headgate.PipelineFiles.Tests;

public sealed class QualifiedNameTests
{
    [Theory]
    [InlineData("contacts", "public", "contacts")]
    [InlineData("crm.contacts", "crm", "contacts")]
    [InlineData("CRM.Contacts_1$", "crm", "contacts_1$")]
    [InlineData("_a", "public", "_a")]
    [InlineData("\"Contacts\"", "public", "Contacts")]
    [InlineData("CRM.\"Contact List\"", "crm", "Contact List")]
    [InlineData("\"a.b\".\"c.d\"", "a.b", "c.d")]
    [InlineData("\"say \"\"hi\"\"\"", "public", "say \"hi\"")]
    [InlineData("\"\"\"\"", "public", "\"")]
    [InlineData("Größe", "public", "größe")]
    [InlineData("ÄRGER", "public", "Ärger")]
    [InlineData("顧客.\"注文 表\"", "顧客", "注文 表")]
    [InlineData("\"😀\"", "public", "😀")]
    [InlineData("user", "public", "user")]
    public void Name_in_SQL_spelling_is_read(string text, string schema, string name)
    {
        var read = QualifiedName.Parse(text);

        Assert.Equal((schema, name), (read.Schema, read.Name));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a..b")]
    [InlineData("a.b.c")]
    [InlineData("a b")]
    [InlineData(" a")]
    [InlineData("a. b")]
    [InlineData("1a")]
    [InlineData("$a")]
    [InlineData("a-b")]
    [InlineData("a;drop")]
    [InlineData("\"a")]
    [InlineData("\"a\"b")]
    [InlineData("\"a\"\"")]
    [InlineData("\"\"")]
    [InlineData("a.\"\"")]
    [InlineData("\"a\0b\"")]
    [InlineData("'a'")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012.a234567890123456789012345678901234567890123456789012345678901234")]
    [InlineData("ä23456789012345678901234567890123456789012345678901234567890123")]
    public void Text_that_is_no_name_is_refused_with_a_reason(string? text)
    {
        Assert.False(QualifiedName.TryParse(text, out var name, out var problem));

        Assert.Equal(default, name);
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => Assert.False(QualifiedName.TryParse("\"a\ud83d\"", out _));

    [Fact]
    public void Identifier_of_63_bytes_is_the_longest()
    {
        Assert.True(QualifiedName.TryParse(new string('a', 63), out _));
        Assert.False(QualifiedName.TryParse(new string('a', 64), out _));
        Assert.True(QualifiedName.TryParse(new string('ä', 31), out _));
        Assert.False(QualifiedName.TryParse(new string('ä', 32), out _));
    }

    [Theory]
    [InlineData("contacts", "\"public\".\"contacts\"")]
    [InlineData("\"a\"\"b\".\"c.d\"", "\"a\"\"b\".\"c.d\"")]
    [InlineData("\"x\"\"; drop table y; --\"", "\"public\".\"x\"\"; drop table y; --\"")]
    public void Sql_is_quoted(string text, string sql) => Assert.Equal(sql, QualifiedName.Parse(text).ToSql());

    [Theory]
    [InlineData("Contacts")]
    [InlineData("\"we\"\"ird\".\"Na.me\"")]
    [InlineData("顧客.注文")]
    public void Sql_reads_back_as_the_same_name(string text)
    {
        var name = QualifiedName.Parse(text);

        Assert.Equal(name, QualifiedName.Parse(name.ToSql()));
    }

    [Fact]
    public void Spellings_of_one_table_are_equal() => Assert.Equal(QualifiedName.Parse("Contacts"), QualifiedName.Parse("PUBLIC.\"contacts\""));

    [Fact]
    public void Refusal_does_not_repeat_the_text()
    {
        var refused = Assert.Throws<FormatException>(() => QualifiedName.Parse("postgres://crm:hunter2@db"));

        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_are_checked_too() => Assert.Throws<ArgumentException>(() => new QualifiedName("public", ""));
}
