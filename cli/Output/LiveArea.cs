using System.Text;

namespace Headgate.Cli.Output;

/// <summary>Lines that are drawn over as they change; where they cannot be, each change is a line.</summary>
sealed class LiveArea(Terminal terminal) : IDisposable
{
    int _drawn;
    string _last = "";

    public void Show(params IReadOnlyList<string> lines)
    {
        if (!terminal.HasEscapes)
        {
            var text = SafeText.Lines(string.Join('\n', lines));
            if (text != _last) terminal.Line(text);
            _last = text;
            return;
        }

        var width = terminal.Width - 1;
        var frame = new StringBuilder();
        Erase(frame);
        foreach (var line in lines.Take(terminal.Height - 1).Select(SafeText.Line))
        {
            frame.Append(line.Length > width ? line[..width] : line).Append('\n');
            _drawn++;
        }

        terminal.Write(frame.ToString());
    }

    /// <summary>Takes what is drawn away, for something else to be written.</summary>
    public void Clear()
    {
        var frame = new StringBuilder();
        Erase(frame);
        terminal.Write(frame.ToString());
    }

    public void Dispose() => Clear();

    void Erase(StringBuilder frame)
    {
        if (_drawn > 0) frame.Append($"\x1b[{_drawn}A\r\x1b[J");
        _drawn = 0;
    }
}
