using System.Buffers.Binary;

namespace Headgate.Connectors.Records;

/// <summary>Finds the ends of records in a stream of staged bytes, however it is cut; allocates nothing and copies nothing.</summary>
public struct RecordScanner
{
    int _fields;
    int _skip;
    int _partial;
    int _partialBytes;
    bool _inside;

    /// <summary>Whether the bytes seen so far end between two records.</summary>
    public readonly bool AtBoundary => !_inside && _partialBytes == 0;

    /// <summary>Scans up to the end of the current record and returns how many bytes belong to it.</summary>
    /// <param name="bytes">The next bytes of the stream.</param>
    /// <param name="ended">Whether the record ends with the last byte returned.</param>
    /// <exception cref="InvalidDataException">A field count or length that no record has.</exception>
    public int Scan(ReadOnlySpan<byte> bytes, out bool ended)
    {
        if (AtBoundary && FindWhole(bytes) is > 0 and var whole)
        {
            ended = true;
            return whole;
        }

        ended = false;
        var at = 0;
        while (true)
        {
            if (_skip > 0)
            {
                var step = Math.Min(_skip, bytes.Length - at);
                _skip -= step;
                at += step;
                if (_skip > 0) return at;
            }

            if (_inside && _fields == 0)
            {
                _inside = false;
                ended = true;
                return at;
            }

            if (!TakeNumber(bytes, ref at, _inside ? 4 : 2, out var number)) return at;
            if (_inside)
            {
                if (number < -1) throw new InvalidDataException("A staged record has a field of negative length.");
                _skip = Math.Max(number, 0);
                _fields--;
            }
            else
            {
                _fields = (short)number;
                if (_fields < 0) throw new InvalidDataException("A staged record has a negative number of fields.");
                _inside = true;
            }
        }
    }

    /// <summary>The length of the record that the bytes begin with; 0: it is not whole. No state is touched: nearly all records end here.</summary>
    static int FindWhole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2) return 0;
        var at = 2;
        for (int fields = BinaryPrimitives.ReadInt16BigEndian(bytes); fields > 0; fields--)
        {
            if (bytes.Length - at < 4) return 0;
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
            if (length < -1 || bytes.Length - at - 4 < length) return 0;
            at += 4 + Math.Max(length, 0);
        }

        return bytes[0] < 0x80 ? at : 0;
    }

    bool TakeNumber(ReadOnlySpan<byte> bytes, ref int at, int size, out int number)
    {
        if (_partialBytes == 0 && bytes.Length - at >= size)
        {
            number = size == 4 ? BinaryPrimitives.ReadInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadInt16BigEndian(bytes[at..]);
            at += size;
            return true;
        }

        while (_partialBytes < size && at < bytes.Length)
        {
            _partial = (_partial << 8) | bytes[at++];
            _partialBytes++;
        }

        number = size == 4 ? _partial : (short)_partial;
        if (_partialBytes < size) return false;
        _partial = 0;
        _partialBytes = 0;
        return true;
    }
}
