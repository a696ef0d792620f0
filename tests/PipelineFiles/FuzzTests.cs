using System.Text;

namespace Headgate.PipelineFiles.Tests;

public sealed class FuzzTests
{
    const string Alphabet = "{}[]:,-#&*!|>'\"%@`?~ \t\n\r\0\\;=.0aZ\u00e4\u2028\ud83d\uFEFF$";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Mutated_file_is_answered_with_a_definition_or_problems(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 1_200; i++)
        {
            var text = Mutate(i % 2 == 0 ? Files.Example : Files.Minimal, random);

            var failure = Record.Exception(() => AssertAnswered(PipelineFile.Parse(text, "fuzz.yaml")));

            Assert.True(failure is null, $"seed {seed}, round {i}: {failure}\n{text}");
        }
    }

    static void AssertAnswered(PipelineFileResult result)
    {
        Assert.NotEqual(result.Problems.Count == 0, result.Definitions.Count == 0);
        Assert.All(result.Problems, p => Assert.True(p.Message.Length > 0 && p.Expected.Length > 0));
    }

    static string Mutate(string text, Random random)
    {
        var mutated = new StringBuilder(text);
        for (var changes = random.Next(1, 8); changes > 0; changes--)
        {
            var at = random.Next(mutated.Length);
            var length = Math.Min(random.Next(1, 40), mutated.Length - at);
            switch (random.Next(6))
            {
                case 0:
                    mutated[at] = Alphabet[random.Next(Alphabet.Length)];
                    break;
                case 1:
                    mutated.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
                    break;
                case 2 when mutated.Length > 100:
                    mutated.Remove(at, length);
                    break;
                case 3:
                    mutated.Insert(random.Next(mutated.Length), mutated.ToString(at, length));
                    break;
                case 4:
                    mutated.Insert(at, new string(Alphabet[random.Next(Alphabet.Length)], random.Next(1, 200)));
                    break;
                default:
                    var lines = mutated.ToString().Split('\n');
                    var (one, other) = (random.Next(lines.Length), random.Next(lines.Length));
                    (lines[one], lines[other]) = (lines[other], lines[one]);
                    mutated.Clear().AppendJoin('\n', lines);
                    break;
            }
        }

        return mutated.ToString();
    }
}
