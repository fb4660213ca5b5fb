//! A made-up board of any size: the same files every time for the same size, in the format that real boards hand over.

mod import;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub(crate) use self::import::import;

/// The sizes that the benches know, by name.
pub(crate) const SIZES: [Size; 3] = [
    Size { name: "demo", teams: 600, posts: 8_000 },
    Size { name: "board", teams: 5_000, posts: 60_000 },
    Size { name: "nation", teams: 110_000, posts: 1_500_000 },
];

/// How large a board is to be.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// Units with posts.
    pub(crate) teams: u32,
    /// Assignments.
    pub(crate) posts: u32,
}

/// Children of every unit above the teams: ten teams make a service, ten services a sector, and so on up.
const FAN_OUT: u32 = 10;
const FAMILIES: [&str; 5] =
    ["Nursing and Midwifery", "Administrative Services", "Medical and Dental", "Support Services", "Social Care"];

/// A linear congruential generator (Knuth's MMIX constants): the same numbers on every machine.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(bound)).expect("below a u32")
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}

/// Writes the files of a board into `folder`, to be imported as at 2026-11-16.
pub(crate) fn write(size: Size, folder: &Path) -> io::Result<()> {
    let mut random = Seeded(20_261_116);
    let Size { name: _, teams, posts } = size;
    let parents = write_units(&folder.join("units.csv"), teams)?;
    write_courses(&folder.join("courses.csv"))?;

    let mut staff = file(&folder.join("staff.csv"))?;
    let mut training = file(&folder.join("training.csv"))?;
    let mut supporters = file(&folder.join("supporters.csv"))?;
    writeln!(
        staff,
        "Employer,Employee Number,Assignment Number,First Name,Last Name,Work Email,Job Title,Job Family,Band,Unit Code,\
         Line Manager Employee Number,WTE,Contract Type,Start Date,End Date"
    )?;
    writeln!(training, "Employer,Employee Number,Course Code,Status,Completed On")?;
    writeln!(
        supporters,
        "Employer,Employee Number,Role,Unit Code,Share,From,Until,Line Approved On,Line Approver,Senior Approved On,\
         Senior Approver,Protected Hours Per Month,Signed Off On"
    )?;
    for post in 0..posts {
        let team = u32::try_from(u64::from(post) * u64::from(teams) / u64::from(posts)).expect("a team");
        // Every twentieth post is a second one of the person before.
        let second = post % 20 == 19;
        let number = 10_000_000 + if second { post - 1 } else { post };
        let family = FAMILIES[random.below(5) as usize];
        let band = 2 + random.below(7);
        let ended = if random.chance(3) { "30/11/2026" } else { "" };
        writeln!(
            staff,
            "NHS,{number},{number}-{},Ann,Reid,a{number}@psn.example,Officer,{family},Band {band},T{team:06},\
             10000000,1,Permanent,01/04/2020,{ended}",
            1 + u32::from(second)
        )?;
        if !second && random.chance(80) {
            writeln!(training, "NHS,{number},L1,Passed,{:02}/03/2025", 1 + random.below(28))?;
        }
        if !second && random.chance(5) {
            writeln!(training, "NHS,{number},L2,Passed,{:02}/{:02}/2024", 1 + random.below(28), 1 + random.below(12))?;
            let hours = if random.chance(90) { "4" } else { "0" };
            writeln!(
                supporters,
                "NHS,{number},Peer Supporter,T{team:06},,01/01/2025,,01/12/2024,NHS/10000000,02/12/2024,NHS/10000001,{hours},\
                 03/12/2024"
            )?;
        }
    }
    let mut managers = file(&folder.join("managers.csv"))?;
    writeln!(managers, "Unit Code,Employer,Employee Number,Role,From,Until")?;
    for (place, parent) in parents.iter().enumerate() {
        // Spread over the staff, leaving out the numbers of second posts.
        let nth = (place * 20) % (posts as usize);
        writeln!(managers, "{parent},NHS,{},Senior Manager,01/04/2023,", 10_000_000 + nth)?;
    }
    let mut policies = file(&folder.join("policies.csv"))?;
    writeln!(policies, "Unit Code,In Force From,Staff Per Supporter,Should Mix")?;
    writeln!(policies, "ROOT,01/04/2025,20,2 different job_family")?;
    Ok(())
}

/// Writes the tree and returns the codes of the units above the teams.
fn write_units(path: &Path, teams: u32) -> io::Result<Vec<String>> {
    let mut units = file(path)?;
    writeln!(units, "Unit Code,Unit Name,Parent Code,Level,Site")?;
    writeln!(units, "ROOT,Made-up board,,Board,")?;
    let mut parents = vec!["ROOT".to_owned()];
    let mut level = teams;
    let mut names: Vec<Vec<String>> = vec![(0..teams).map(|team| format!("T{team:06}")).collect()];
    while level > FAN_OUT {
        level = level.div_ceil(FAN_OUT);
        let depth = names.len();
        names.push((0..level).map(|unit| format!("L{depth}-{unit:06}")).collect());
    }
    for (depth, codes) in names.iter().enumerate().rev() {
        for (place, code) in codes.iter().enumerate() {
            let above = names.get(depth + 1).map_or("ROOT", |above| above[place / FAN_OUT as usize].as_str());
            writeln!(units, "{code},Unit {code},{above},Level {depth},Site {}", place % 40)?;
            if depth > 0 {
                parents.push(code.clone());
            }
        }
    }
    Ok(parents)
}

fn write_courses(path: &Path) -> io::Result<()> {
    let mut courses = file(path)?;
    writeln!(courses, "Course Code,Course Title,Level,Platform,Employer Kind")?;
    writeln!(courses, "L1,Level 1,1,LearnPro,any\nL2,Level 2,2,Classroom,any")
}

fn file(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path)?))
}
