using System;

class Choice
{
    static string Key(bool live)
    {
        return live ? "@KEY@" : "none";
    }

    static void Main()
    {
        char quote = '"';
        Console.WriteLine(quote + Key(true) + Key(false).Length);
    }
}
