"""The loops and segments of the two 837 guides, in the notation of `carethread.x12.guide`.

What both share comes first; `use` puts it where each guide has it.
"""

from carethread.x12.guides.decisions import DECISIONS

_SHARED = """
let ANYONE = entity_type!{1|2} name! first_name middle_name - suffix
let PERSON = entity_type!{1} name! first_name middle_name - suffix
let ORGANIZATION = entity_type!{2} name! - - - -
let NPI = id_qualifier{XX} id
let MEMBER_ID = id_qualifier!{MI|II} id!
let PAYER_ID = id_qualifier!{PI|XV} id!
let CAS = =CO|CR|OA|PI|PR ! ! .*16
let SEQUENCE = payer_sequence!{P|S|T|A|B|C|D|E|F|G|H|U}
let PROCEDURE = procedure_qualifier!{HC|HP|ER|IV|WK} procedure! modifiers*4 description
let REACH = . ! ! .*4
let WIDE_CITY = . . . - - .

[HEADER R1 header=Header]
  BHT R1 =0019 purpose!{00|18} reference! created_on:day! created_time! kind!{CH|RP|31}
  [1000A R1 submitter=Party]
    NM1 R1 #41 entity_type!{1|2} name! first_name middle_name - - id_qualifier!{46} id!
    PER R2 #IC @contact:contact $REACH
  [1000B R1 receiver=Party]
    NM1 R1 #40 $ORGANIZATION id_qualifier!{46} id!

[2010AA R1 billing=Party]
  NM1 R1 #85 $ANYONE $NPI
  N3 R1 @street:address ! .
  N4 R1 @city:address ! $WIDE_CITY
  REF R1 #EI|SY @references:references !
  REF S2 #0B|1G|G2 @references:references !
  PER S2 #IC @contact:contact $REACH
[2010AB S1]
  NM1 R1 #87 =2|1
  N3 R1 @street:^pay_to ! .
  N4 R1 @city:^pay_to ! $WIDE_CITY
[2010AC S1 pay_to_plan=Party]
  NM1 R1 #PE $ORGANIZATION $PAYER_ID
  N3 R1 @street:address ! .
  N4 R1 @city:address ! $WIDE_CITY
  REF S1 #2U|FY|NF @references:references !
  REF R1 #EI @references:references !
[2010BA R1 member=Party]
  NM1 R1 #IL $ANYONE $MEMBER_ID
  N3 S1 @street:address ! .
  N4 S1 @city:address ! $WIDE_CITY
  DMG S1 =D8 ^birth_date:day! ^sex!{F|M|U}
  REF S2 #SY|Y4 @references:references !
  PER S1 #IC @contact:contact $REACH
[2010BB R1 payer=Party]
  NM1 R1 #PR $ORGANIZATION $PAYER_ID
  N3 S1 @street:address ! .
  N4 S1 @city:address ! $WIDE_CITY
  REF S3 #2U|EI|FY|NF @references:references !
  REF S2 #G2|LU @references:references !
[2010CA R1 member=Party]
  NM1 R1 #QC $PERSON
  N3 R1 @street:address ! .
  N4 R1 @city:address ! $WIDE_CITY
  DMG R1 =D8 ^birth_date:day! ^sex!{F|M|U}
  REF S2 #Y4|SY|1W @references:references !
  PER S1 #IC @contact:contact $REACH

[2310A.DN S1 referring=Party]
  NM1 R1 #DN $PERSON $NPI
  REF S3 #0B|1G|G2 @references:references !
[2310A.P3 S1 primary_care=Party]
  NM1 R1 #P3 $PERSON $NPI
  REF S3 #0B|1G|G2 @references:references !
[2310B S1 rendering=Party]
  NM1 R1 #82 $ANYONE $NPI
  PRV S1 =PE =PXC taxonomy!
  REF S4 #0B|1G|G2|LU @references:references !
[2310C S1 service_facility=Party]
  NM1 R1 #77 $ORGANIZATION $NPI
  N3 R1 @street:address ! .
  N4 R1 @city:address ! $WIDE_CITY
  REF S3 #0B|G2|LU @references:references !
  PER S1 #IC @contact:contact $REACH
[2310D S1 supervising=Party]
  NM1 R1 #DQ $PERSON $NPI
  REF S4 #0B|1G|G2|LU @references:references !
[2330A R1 member=Party]
  NM1 R1 #IL $ANYONE $MEMBER_ID
  N3 S1 @street:address ! .
  N4 S1 @city:address ! $WIDE_CITY
  REF S2 #SY @references:references !
[2330B R1 payer=Party]
  NM1 R1 #PR $ORGANIZATION $PAYER_ID
  N3 S1 @street:address ! .
  N4 S1 @city:address ! $WIDE_CITY
  DTP S1 #573 =D8 ^paid_on:span_start!
  REF S1 #F8 ^claim_control_number!
  REF S5 #2U|EI|FY|NF|G1|9F|T4 @references:references !
[2330C S9 providers=OtherPayerProvider*]
  NM1 R1 role!{#DN|P3|82|77|DQ|85|71|72|ZZ} entity_type!
  REF R3 #0B|1G|G2|LU|EI @references:references !
[2320 S10 other_payers=OtherPayer*]
  SBR R1 $SEQUENCE relationship!{18|01|19|20|21|39|40|53|G8} group_number group_name
         insurance_type - - - filing_indicator
  CAS S5 @adjustments:adjustments $CAS
  AMT S3 #D|A8|EAF|B6|F2 @amounts:amounts !
  OI R1 - - benefits_assigned!{Y|N|W} . - release_of_information!{Y|I}
  use MIA
  use MOA
  use 2330A
  use 2330B
  use 2330C
[2410 S1 drug=Drug]
  LIN R1 - qualifier!{N4|EN|EO|HI|ON|UK|UP} code!
  CTP R1 - - - quantity:number! (unit!)!
  REF S1 #VY|XZ @references:references !
[2420A S1 rendering=Party]
  NM1 R1 #82 $ANYONE $NPI
  PRV S1 =PE =PXC taxonomy!
  REF S20 #0B|1G|G2|LU @references:references ! - .
"""

_PROFESSIONAL = """
[2430 S15 adjudications=LineAdjudication*]
  SVD R1 payer_id! paid:cents! ($PROCEDURE)! revenue_code units:number! bundled_line:integer
  CAS S5 @adjustments:adjustments $CAS
  DTP R1 #573 =D8 paid_on:span_start!
  AMT S1 #EAF @amounts:amounts !
[2400 R50 lines=ClaimLine*]
  LX R1 number:integer!
  SV1 R1 ($PROCEDURE)! charge:cents! unit!{UN|MJ} units:number! place_of_service -
         (pointers:integer! pointers:integer*3)! - emergency{Y} - epsdt{Y} family_planning{Y} - -
         copay_exempt{0}
  SV5 S1 (=HC !)! =DA ! ! ! !
  PWK S11 @attachments:attachments ! ! - - . .
  CR1 S1 . . - ! ! ! - - . .
  CR3 S1 ! ! !
  CRC S3 #07 ! ! . . . .
  CRC S1 #70 ! !
  CRC S1 #09 ! ! . . . .
  DTP R1 #472 @dates:service_from,service_to ! !
  DTP S10 #471|607|463|461|304|738|739|011|455|454 @dated:dates ! !
  QTY S2 #PT|FL !
  MEA S5 ! ! !
  CN1 S1 ! .*5
  REF S1 #6R control_number!<=30
  REF S5 #G1 authorization! - .
  REF S14 #9B|9D|EW|X4|F4|BT|9F @references:references ! - .
  AMT S2 #T|F4 @amounts:amounts !
  K3 S10 !
  NTE S2 @notes:notes !{ADD|DCP|TPO} !
  PS1 S1 ! !
  HCP S1 ! ! .*13
  use 2410
  use 2420A
  [2420B S1 purchased_service=Party]
    NM1 R1 #QB entity_type! - - - - - $NPI
    REF S20 #0B|1G|G2 @references:references ! - .
  [2420C S1 service_facility=Party]
    NM1 R1 #77 $ORGANIZATION $NPI
    N3 R1 @street:address ! .
    N4 R1 @city:address ! $WIDE_CITY
    REF S3 #G2|LU @references:references ! - .
  [2420D S1 supervising=Party]
    NM1 R1 #DQ $PERSON $NPI
    REF S20 #0B|1G|G2|LU @references:references ! - .
  [2420E S1 ordering=Party]
    NM1 R1 #DK $PERSON $NPI
    N3 S1 @street:address ! .
    N4 S1 @city:address ! $WIDE_CITY
    REF S20 #0B|1G|G2 @references:references ! - .
    PER S1 #IC @contact:contact $REACH
  [2420F.DN S1 referring=Party]
    NM1 R1 #DN $PERSON $NPI
    REF S20 #0B|1G|G2 @references:references ! - .
  [2420F.P3 S1 primary_care=Party]
    NM1 R1 #P3 $PERSON $NPI
    REF S20 #0B|1G|G2 @references:references ! - .
  [2420G S1]
    NM1 R1 #PW !
    N3 R1 ! .
    N4 R1 ! $WIDE_CITY
  [2420H S1]
    NM1 R1 #45 ! .
    N3 R1 ! .
    N4 R1 ! $WIDE_CITY
  use 2430
  [2440 S>]
    LQ R1 =AS|UT !
    FRM R99 ! . . . .

[2300 S100 claims=Claim*]
  CLM R1 claim_id!<=20 charge:cents! - - (facility_code! =B frequency!{1|2|3|4|5|6|7|8|9})!
         signature_on_file!{Y|N} accepts_assignment!{A|B|C} benefits_assigned!{Y|N|W}
         release_of_information!{Y|I} patient_signature{P} (related_causes!{AA|EM|OA}
         related_causes{AA|EM|OA} - accident_state .) special_program{02|03|05|09} - - - - - - -
         delay_reason
  DTP S20 #431|454|304|453|439|484|455|471|314|360|361|297|296|096|090|091|444|050
        @dated:dates ! !
  DTP S1 #435 =D8 admission_date:span_start!
  PWK S10 @attachments:attachments ! ! - - . .
  CN1 S1 ! .*5
  AMT S1 #F5 patient_paid:cents!
  REF S1 #G1 authorization!
  REF S1 #9F referral!
  REF S1 #F8 original_reference!
  REF S12 #4N|F5|EW|X4|9A|9C|LX|D9|EA|P4|1J @references:references !
  K3 S10 !
  NTE S1 @notes:notes !{ADD|CER|DCP|DGN|TPO} !
  CR1 S1 . . - ! ! ! - - . .
  CR2 S1 - - - - - - - ! - . .
  CRC S3 #07 ! ! . . . .
  CRC S3 #E1|E2|E3 ! ! . . . .
  CRC S1 #75 ! !
  CRC S1 #ZZ ! ! . .
  HI R1 @diagnoses:diagnoses (#ABK|BK !)! (=ABF|BF !)*11
  HI S1 @codes:codes (#BP !)! (=BO !)
  HI S2 @codes:codes (#BG !)! (=BG !)*11
  HCP S1 ! ! .*13
  use 2310A.DN
  use 2310A.P3
  use 2310B
  use 2310C
  use 2310D
  [2310E S1]
    NM1 R1 #PW !
    N3 R1 ! .
    N4 R1 ! $WIDE_CITY
  [2310F S1]
    NM1 R1 #45 ! .
    N3 R1 ! .
    N4 R1 ! $WIDE_CITY
  use 2320
  use 2400
"""

_INSTITUTIONAL = """
[2430 S15 adjudications=LineAdjudication*]
  SVD R1 payer_id! paid:cents! ($PROCEDURE) revenue_code! units:number! bundled_line:integer
  CAS S5 @adjustments:adjustments $CAS
  DTP R1 #573 =D8 paid_on:span_start!
  AMT S1 #EAF @amounts:amounts !
[2400 R999 lines=ClaimLine*]
  LX R1 number:integer!
  SV2 R1 revenue_code! ($PROCEDURE) charge:cents! unit!{UN|DA} units:number! - non_covered:cents
  PWK S10 @attachments:attachments ! ! - - . .
  DTP S1 #472 @dates:service_from,service_to ! !
  REF S1 #6R control_number!<=30
  REF S2 #9B|9D @references:references ! - .
  AMT S2 #GT|N8 @amounts:amounts !
  NTE S1 @notes:notes !{TPO} !
  HCP S1 ! ! .*13
  use 2410
  [2420A S1 operating=Party]
    NM1 R1 #72 $PERSON $NPI
    REF S20 #0B|1G|G2|LU @references:references ! - .
  [2420B S1 other_operating=Party]
    NM1 R1 #ZZ $PERSON $NPI
    REF S20 #0B|1G|G2|LU @references:references ! - .
  [2420C S1 rendering=Party]
    NM1 R1 #82 $ANYONE $NPI
    REF S20 #0B|1G|G2|LU @references:references ! - .
  [2420D S1 referring=Party]
    NM1 R1 #DN $PERSON $NPI
    REF S20 #0B|1G|G2 @references:references ! - .
  use 2430

[2300 S100 claims=Claim*]
  CLM R1 claim_id!<=20 charge:cents! - - (facility_code! =A frequency!)! -
         accepts_assignment!{A|B|C} benefits_assigned!{Y|N|W} release_of_information!{Y|I}
         - - - - - - - - - - delay_reason
  DTP S1 #096 =TM discharge_time!
  DTP R1 #434 @dates:statement_from,statement_to ! !
  DTP S1 #435 @dates:admission_date,admission_date ! !
  DTP S1 #050 @dated:dates ! !
  CL1 R1 admission_type admission_source patient_status!
  PWK S10 @attachments:attachments ! ! - - . .
  CN1 S1 ! .*5
  AMT S1 #F3 patient_paid:cents!
  REF S1 #G1 authorization!
  REF S1 #9F referral!
  REF S1 #F8 original_reference!
  REF S13 #4N|9A|9C|LX|D9|LU|EA|P4|G4 @references:references !
  K3 S10 !
  NTE S10 @notes:notes !{ADD|ALG|DCP|DGN|DME|MED|NTR|ODT|RHB|RLH|RNH|SET|SFM|SPT|UPI} !
  CRC S1 #ZZ ! ! . .
  HI R1 @diagnoses:diagnoses (#ABK|BK ! - - - - - - .)!
  HI S1 @diagnoses:diagnoses (#ABJ|BJ !)!
  HI S1 @diagnoses:diagnoses (#APR|PR !)! (=APR|PR !)*2
  HI S1 @diagnoses:diagnoses (#ABN|BN ! - - - - - - .)! (=ABN|BN ! - - - - - - .)*11
  HI S1 @codes:codes (#DR !)!
  HI S2 @diagnoses:diagnoses (#ABF|BF ! - - - - - - .)! (=ABF|BF ! - - - - - - .)*11
  HI S1 @codes:codes (#BBR|BR|CAH ! ! !)!
  HI S2 @codes:codes (#BBQ|BQ ! ! !)! (=BBQ|BQ ! ! !)*11
  HI S2 @codes:codes (#BI ! ! !)! (=BI ! ! !)*11
  HI S2 @codes:codes (#BH ! ! !)! (=BH ! ! !)*11
  HI S2 @codes:codes (#BE ! - - !)! (=BE ! - - !)*11
  HI S2 @codes:codes (#BG !)! (=BG !)*11
  HI S2 @codes:codes (#TC !)! (=TC !)*11
  HCP S1 ! ! .*13
  [2310A S1 attending=Party]
    NM1 R1 #71 $PERSON $NPI
    PRV S1 =AT =PXC taxonomy!
    REF S4 #0B|1G|G2|LU @references:references !
  [2310B S1 operating=Party]
    NM1 R1 #72 $PERSON $NPI
    REF S4 #0B|1G|G2|LU @references:references !
  [2310C S1 other_operating=Party]
    NM1 R1 #ZZ $PERSON $NPI
    REF S4 #0B|1G|G2|LU @references:references !
  [2310D S1 rendering=Party]
    NM1 R1 #82 $PERSON $NPI
    REF S4 #0B|1G|G2|LU @references:references !
  [2310E S1 service_facility=Party]
    NM1 R1 #77 $ORGANIZATION $NPI
    N3 R1 @street:address ! .
    N4 R1 @city:address ! $WIDE_CITY
    REF S3 #0B|G2|LU @references:references !
  use 2310A.DN
  use 2320
  use 2400
"""

_SET = """
[837 R1]
  use HEADER
  [2000A R> providers=BillingProvider*]
    HL R1 @level ! - #20 !
    PRV S1 =BI =PXC taxonomy!
    CUR S1 =85 !
    use 2010AA
    use 2010AB
    use 2010AC
    [2000B R> policies=Policy*]
      HL R1 @level ! ! #22 !
      SBR R1 $SEQUENCE relationship{18} group_number group_name insurance_type - - -
           filing_indicator
      PAT S1 - - - - .*5
      use 2010BA
      use 2010BB
      use 2300
      [2000C S> patients=Dependent*]
        HL R1 @level ! ! #23 !
        PAT R1 relationship!{01|19|20|21|39|40|53|G8} - - - .*5
        use 2010CA
        use 2300
"""

PROFESSIONAL_LAYOUT = DECISIONS + _SHARED + _PROFESSIONAL + _SET
INSTITUTIONAL_LAYOUT = DECISIONS + _SHARED + _INSTITUTIONAL + _SET
