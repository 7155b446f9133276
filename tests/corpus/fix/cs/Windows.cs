using System;

class Windows
{
	static void Main()
	{
		var key = "@KEY@";
		Console.WriteLine(key.Substring(3));
	}
}
